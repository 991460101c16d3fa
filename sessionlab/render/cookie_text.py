"""Cookies as they are on the wire, with their parts in different styles.

Rules
- What is shown is what was sent: nothing is decoded, quoted or put in another order.
- In ``s:ID.SIGNATURE`` the ID has its colour and the signature is quiet.  A reader sees at once
  that anyone can read the ID.
- Long values are elided to the room, unless the `Look` is wide.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import NamedTuple

from rich.text import Text

from sessionlab.core.wire import decode_cookie
from sessionlab.render import safe
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.look import Line, Look, width
from sessionlab.render.phrase import styled
from sessionlab.render.styles import EDITED, QUIET, SIGNATURE

_PREFIXES = ("s%3A", "s%3a", "s:")
_SEAL = ".sig"
_NAME_PREFIXES = ("__Host-Http-", "__Host-", "__Http-", "__Secure-")
_SIGNATURE_HEAD = 4
_SPELLINGS = {
    name.lower(): name
    for name in (
        "Domain",
        "Path",
        "Expires",
        "Max-Age",
        "HttpOnly",
        "Secure",
        "SameSite",
        "Partitioned",
        "Priority",
    )
}
_URL_SAFE = b"-_"


class SignedValue(NamedTuple):
    """``prefix + id_text + "." + signature`` is the value as sent; ``id`` is the decoded ID."""

    prefix: str
    id_text: str
    id: str
    signature: str


def split_signed(value: str) -> SignedValue | None:
    """The parts of ``s:ID.SIGNATURE``; None for any other value."""
    for prefix in _PREFIXES:
        if value.startswith(prefix):
            id_text, dot, signature = value.removeprefix(prefix).rpartition(".")
            if dot:
                return SignedValue(prefix, id_text, decode_cookie(id_text), signature)
    return None


def cookie_pair(
    name: str, value: str, look: Look, *, taken: int = 0, changed: bool = False
) -> Text:
    """``name=value`` in at most the look's room less ``taken`` cells.

    A cookie whose name ends with ``.sig`` is the seal of another: its value is a signature.
    ``changed``: edited by hand; then an unsigned value is highlighted.
    """
    line = look.value(name, taken + 13, "bold").append("=")
    if name.endswith(_SEAL) and not changed:
        return line.append(signature(value, look))
    return line.append(cookie_value(value, look, taken=taken + width(line), changed=changed))


def cookie_value(value: str, look: Look, *, taken: int = 0, changed: bool = False) -> Text:
    """A cookie's value; the parts of a signed one have styles of their own."""
    signed = split_signed(value)
    if signed is None:
        return look.value(value, taken, EDITED if changed else "")
    line = styled(signed.prefix, QUIET)
    line.append(_id_as_sent(signed, look))
    line.append(".", QUIET)
    return line.append(signature(signed.signature, look))


def signature(text: str, look: Look) -> Text:
    """A signature: whole where IDs are whole, else its first characters."""
    if look.anonymous:
        return Text("(signature)")
    if look.whole_ids or len(text) <= _SIGNATURE_HEAD + 1:
        return safe.text(text, SIGNATURE)
    return safe.text(text[:_SIGNATURE_HEAD], SIGNATURE).append("…", SIGNATURE)


def cookie_header(header: str, look: Look) -> list[Line]:
    """A Cookie header, one cookie a line."""
    lines = []
    for pair in header.split(";"):
        name, equals, value = pair.strip(" \t").partition("=")
        lines.append(Line(cookie_pair(name, value, look) if equals else look.value(name)))
    return lines


class Attribute(NamedTuple):
    """One attribute of a Set-Cookie line as written; ``value`` is None without ``=``."""

    name: str
    value: str | None


def attributes_of(set_cookie: str) -> list[Attribute]:
    """The attributes of a Set-Cookie line, in their order."""
    return [
        Attribute(name.strip(" \t"), value.strip(" \t") if equals else None)
        for name, equals, value in (part.partition("=") for part in set_cookie.split(";")[1:])
    ]


def set_cookie_lines(set_cookie: str, look: Look) -> list[Line]:
    """A Set-Cookie line: the pair, then as many attributes on each line as fit."""
    pair, _, _ = set_cookie.partition(";")
    name, equals, value = pair.partition("=")
    line = cookie_pair(name, value, look, taken=1) if equals else look.value(pair, 1)
    lines = [line]
    for attribute in attributes_of(set_cookie):
        text = look.value("=".join(part for part in attribute if part is not None), 3, QUIET)
        line.append(";", QUIET)
        if width(line) + width(text) + 2 > look.room:
            line = Text("  ")
            lines.append(line)
        else:
            line.append(" ")
        line.append(text)
    return [Line(line, hang=4) for line in lines]


def canonical(attribute: Attribute) -> str:
    """An attribute in its usual spelling; an unknown one as written."""
    name = _SPELLINGS.get(attribute.name.lower(), attribute.name)
    return name if attribute.value is None else f"{name}={attribute.value}"


def explain_attribute(attribute: Attribute, catalogue: Catalogue) -> str:
    """What an attribute makes the browser do, in one sentence."""
    key = attribute.name.lower()
    value = attribute.value or ""
    if key == "samesite" and catalogue.has(f"attributes.same-site.{value.lower()}"):
        return catalogue.text(f"attributes.same-site.{value.lower()}")
    if key not in _SPELLINGS or key == "samesite":
        return catalogue.text("attributes.unknown", name=safe.visible(attribute.name))
    return catalogue.text(f"attributes.present.{key}", value=safe.visible(value))


def explain_prefix(set_cookie: str, catalogue: Catalogue) -> tuple[str, str] | None:
    """What the prefix of the cookie's name promises: prefix and sentence; None without one."""
    name = set_cookie.partition("=")[0].strip(" \t").lower()
    for prefix in _NAME_PREFIXES:
        if name.startswith(prefix.lower()):
            return prefix, catalogue.text(f"attributes.prefix.{prefix.lower()}")
    return None


def absent_attributes(set_cookie: str, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """The attributes whose absence means something: name and sentence."""
    there = {attribute.name.lower() for attribute in attributes_of(set_cookie)}
    for name in ("Domain", "Path", "Expires", "HttpOnly", "Secure", "SameSite"):
        lasts = name == "Expires" and "max-age" in there
        if name.lower() not in there and not lasts:
            yield name, catalogue.text(f"attributes.absent.{name.lower()}")


def readable_json(value: str) -> str | None:
    """The JSON object or array in a base64 value, which anyone can read; None for other values."""
    try:
        octets = b64decode(value + "=" * (-len(value) % 4), _URL_SAFE, validate=True)
        text = octets.decode("utf-8")
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return text if isinstance(found, dict | list) else None


def _id_as_sent(signed: SignedValue, look: Look) -> Text:
    if signed.id == signed.id_text or look.anonymous:
        return look.id(signed.id)
    return look.value(signed.id_text, look.room // 2, look.ids.style(signed.id))
