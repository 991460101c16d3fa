"""What the demo does for a visitor, whatever the design: count, log in, fill a cart, take notes.

Rules
- Handlers see a request and a `Visitor`; they know no cookies and no store.
- What a visitor once typed goes back as plain text or JSON, never as HTML.
- Data that is not what it should be (a count of "abc") counts as none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Request, Response

from sessionlab.core.wire import dump_json
from sessionlab.core.wire.javascript import utf8
from sessionlab.demo.designs import Visitor

_NOBODY = "nobody"

Handler = Callable[[Request, Visitor], Response]


def visit(request: Request, visitor: Visitor) -> Response:
    """Count this visit: ``1번 접속``, ``2번 접속``, …"""
    count = _number(visitor.data) + 1
    visitor.data["count"] = count
    return _counter(count)


def peek(request: Request, visitor: Visitor) -> Response:
    """The count without counting."""
    return _counter(_number(visitor.data))


def log_in(request: Request, visitor: Visitor) -> Response:
    """Form field ``user``, and ``role`` if there is one; answers what `me` will."""
    who = {"user": _field(request, "user")}
    if role := request.form.get("role"):
        who["role"] = role
    else:
        visitor.data.pop("role", None)
    visitor.log_in(who)
    return me(request, visitor)


def log_out(request: Request, visitor: Visitor) -> Response:
    """Forget the visitor, as far as the design can."""
    visitor.log_out()
    return _text(_NOBODY)


def me(request: Request, visitor: Visitor) -> Response:
    """``NAME`` or ``NAME (ROLE)``; 401 if nobody is logged in."""
    user, role = visitor.data.get("user"), visitor.data.get("role")
    if not isinstance(user, str) or not user:
        return _text(_NOBODY, status=401)
    return _text(f"{user} ({role})" if isinstance(role, str) and role else user)


def cart(request: Request, visitor: Visitor) -> Response:
    """The items in the cart, as JSON."""
    return _json(_texts(visitor.data, "cart"))


def add_to_cart(request: Request, visitor: Visitor) -> Response:
    """Form field ``item``."""
    visitor.data["cart"] = [*_texts(visitor.data, "cart"), _field(request, "item")]
    return cart(request, visitor)


def notes(request: Request, visitor: Visitor) -> Response:
    """How many notes there are and how many characters they have together, as JSON."""
    texts = _texts(visitor.data, "notes")
    return _json({"notes": len(texts), "characters": sum(map(len, texts))})


def add_note(request: Request, visitor: Visitor) -> Response:
    """Form field ``text``; it becomes part of the session's data."""
    visitor.data["notes"] = [*_texts(visitor.data, "notes"), _field(request, "text")]
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


def _number(data: Any) -> int:
    count = data.get("count")
    return count if isinstance(count, int) and not isinstance(count, bool) else 0


def _texts(data: Any, key: str) -> list[str]:
    found = data.get(key)
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []


def _field(request: Request, name: str) -> str:
    value: str = request.form.get(name, "")
    if not value:
        raise BadRequest(f"The form field '{name}' is missing.")
    return value


def _counter(count: int) -> Response:
    return Response(f"{count}번 접속", mimetype="text/html")


def _text(text: str, status: int = 200) -> Response:
    return Response(utf8(text), status=status, content_type="text/plain; charset=utf-8")


def _json(value: Any) -> Response:
    return Response(dump_json(value), mimetype="application/json")
