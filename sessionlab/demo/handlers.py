"""What the demo does for a visitor, whatever the design: count, log in, fill a cart, take notes.

Rules
- Handlers see a request and a `Visitor`; they know no cookies and no store.
- What a visitor typed is returned as plain text or JSON, never as HTML.
- Data of a wrong type (a count of "abc") is treated as missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Request, Response

from sessionlab.core.events import Purpose
from sessionlab.core.wire import dump_json
from sessionlab.core.wire.javascript import utf8
from sessionlab.demo.designs import Visitor
from sessionlab.http.client import Answer

_NOBODY = "nobody"
_TIMES = "번 접속"
_COUNTED = re.compile(f"([0-9]+){_TIMES}")

Handler = Callable[[Request, Visitor], Response]


def visit(request: Request, visitor: Visitor) -> Response:
    """Count this visit: ``1번 접속``, ``2번 접속``, …"""
    count = _count_in(visitor.data) + 1
    visitor.data["count"] = count
    return _count_answer(count)


def peek(request: Request, visitor: Visitor) -> Response:
    """The count without counting."""
    return _count_answer(_count_in(visitor.data))


def log_in(request: Request, visitor: Visitor) -> Response:
    """Form field ``user`` and optionally ``role``; the answer is that of `me`."""
    who = {"user": _required_field(request, "user")}
    if role := request.form.get("role"):
        who["role"] = role
    else:
        visitor.data.pop("role", None)
    visitor.log_in(who)
    return me(request, visitor)


def log_out(request: Request, visitor: Visitor) -> Response:
    """Forget the visitor, as far as the design can."""
    visitor.log_out()
    return _text_answer(_NOBODY)


def me(request: Request, visitor: Visitor) -> Response:
    """``NAME`` or ``NAME (ROLE)``; 401 if nobody is logged in."""
    user, role = visitor.data.get("user"), visitor.data.get("role")
    if not isinstance(user, str) or not user:
        return _text_answer(_NOBODY, status=401)
    return _text_answer(f"{user} ({role})" if isinstance(role, str) and role else user)


def cart(request: Request, visitor: Visitor) -> Response:
    """The items in the cart, as JSON."""
    return _json_answer(_texts_in(visitor.data, "cart"))


def add_to_cart(request: Request, visitor: Visitor) -> Response:
    """Form field ``item``."""
    visitor.data["cart"] = [*_texts_in(visitor.data, "cart"), _required_field(request, "item")]
    return cart(request, visitor)


def notes(request: Request, visitor: Visitor) -> Response:
    """The number of notes and of all their characters, as JSON."""
    texts = _texts_in(visitor.data, "notes")
    return _json_answer({"notes": len(texts), "characters": sum(map(len, texts))})


def add_note(request: Request, visitor: Visitor) -> Response:
    """Form field ``text``, which is kept in the session."""
    visitor.data["notes"] = [*_texts_in(visitor.data, "notes"), _required_field(request, "text")]
    return notes(request, visitor)


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "", visit),
    ("GET", "/peek", peek),
    ("POST", "/login", log_in),
    ("POST", "/logout", log_out),
    ("GET", "/me", me),
    ("GET", "/cart", cart),
    ("POST", "/cart", add_to_cart),
    ("GET", "/notes", notes),
    ("POST", "/notes", add_note),
)
"""Method, path below the design's prefix, handler."""


def read_answer(purpose: Purpose | None, answer: Answer) -> tuple[bool | None, int | None]:
    """What an answer of these handlers shows, for a request of this purpose.

    Whether the visitor was recognised, and the number of the visit: `visit` gives a stranger
    number 1, and `me` answers 401 to nobody.  None for what the answer does not say.
    """
    match purpose:
        case Purpose.VISIT if found := _COUNTED.search(answer.text):
            return int(found[1]) > 1, int(found[1])
        case Purpose.WHO if answer.status in (HTTPStatus.OK, HTTPStatus.UNAUTHORIZED):
            return answer.status == HTTPStatus.OK, None
    return None, None


def _count_in(data: Any) -> int:
    count = data.get("count")
    return count if isinstance(count, int) and not isinstance(count, bool) else 0


def _texts_in(data: Any, key: str) -> list[str]:
    found = data.get(key)
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []


def _required_field(request: Request, name: str) -> str:
    value: str = request.form.get(name, "")
    if not value:
        raise BadRequest(f"The form field '{name}' is missing.")
    return value


def _count_answer(count: int) -> Response:
    return Response(f"{count}{_TIMES}", mimetype="text/html")


def _text_answer(text: str, status: int = 200) -> Response:
    return Response(utf8(text), status=status, content_type="text/plain; charset=utf-8")


def _json_answer(value: Any) -> Response:
    return Response(dump_json(value), mimetype="application/json")
