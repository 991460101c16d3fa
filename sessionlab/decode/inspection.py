"""A text in, everything that can be said of its cookies out.

Rules
- Never raises, whatever the text is.
- Of several cookies of one name in a request the server reads the first; the others are read
  too, with a problem that says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sessionlab.core.wire.javascript import utf8
from sessionlab.decode.detect import find_cookies
from sessionlab.decode.formats import read_cookie
from sessionlab.decode.problems import Problem, ProblemCode
from sessionlab.decode.results import Given, Inspection, Reading

LARGEST = 4096
"""Octets of name and value together that a browser keeps (RFC 6265bis, section 5.6)."""


def inspect_text(text: str, secrets: Sequence[str] = (), *, now: int = 0) -> Inspection:
    """Read the cookies in a text and check them with the secrets, the newest first.

    ``now``: milliseconds since the epoch, to which the expiry of a Set-Cookie is compared.
    """
    found = find_cookies(text)
    groups: dict[int, dict[str, Given]] = {}
    for given in found.cookies:
        if given.name is not None:
            groups.setdefault(given.group, {}).setdefault(given.name, given)
    readings = [
        _finish(read_cookie(given, groups.get(given.group, {}), secrets), groups, now)
        for given in found.cookies
    ]
    taken = {(reading.given.group, name) for reading in readings for name in reading.companions}
    kept = [each for each in readings if (each.given.group, each.given.name) not in taken]
    return Inspection(tuple(kept), found.problems)


def _finish(reading: Reading, groups: Mapping[int, Mapping[str, Given]], now: int) -> Reading:
    """Add what is true of a cookie of any format."""
    given = reading.given
    problems = list(reading.problems)
    if given.name is not None:
        if given.line is None and groups[given.group][given.name] is not given:
            problems.append(Problem(ProblemCode.DUPLICATE_NAME, {"name": given.name}))
        if len(given.name) + len(given.raw) > LARGEST // 4:  # else not even UTF-8 is too large
            size = len(utf8(given.name)) + len(utf8(given.raw))
            if size > LARGEST:
                values = {"size": size, "largest": LARGEST}
                problems.append(Problem(ProblemCode.TOO_LARGE, values))
    reading = reading._replace(problems=tuple(problems))
    if given.line is not None:
        from sessionlab.decode.attributes import read_attributes

        reading = reading._replace(set_cookie=read_attributes(given.line, now))
    return reading
