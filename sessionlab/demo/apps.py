"""The demo application: three designs of one counter and login, each under its own prefix.

Rules
- ``/cookie``, ``/signed-cookie`` and ``/session`` are answered by the same handlers; each design
  has its middleware around it alone, so that a visit to one leaves no trace in another.
- There is no server in here: a WSGI application, to be mounted anywhere.
- Hostile input is answered with 4xx, and every answer forbids scripts and sniffing, and caching
  unless that is what is to be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from sessionlab.core.options import SessionOptions
from sessionlab.demo.designs import (
    AtLogin,
    AtLogout,
    PlainVisitor,
    SealedVisitor,
    SessionVisitor,
    Visitor,
)
from sessionlab.demo.handlers import ROUTES, Handler
from sessionlab.demo.headers import HEADERS
from sessionlab.demo.page import page
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.cookie_session import CookieSessionMiddleware
from sessionlab.session.engine import ErrorHook, Listener
from sessionlab.session.middleware import SessionMiddleware
from sessionlab.session.stores.url import open_store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LARGEST_FORM = 64 * 1024
"""Octets of a form that are read; more is answered with 413."""


class _Request(Request):
    max_content_length = LARGEST_FORM
    max_form_memory_size = LARGEST_FORM
    max_form_parts = 100


def demo_app(store: str, secret: str) -> WSGIApplication:
    """The demo for a WSGI server that runs it in several processes, which share a store.

        gunicorn -w 2 "sessionlab.demo.apps:demo_app('sqlite:sessions.db', 'keyboard cat')"

    ``store`` is a URL as `open_store` takes it.  Raises OptionsError and StoreError.
    """
    return make_demo_app(SessionOptions(secrets=secret, store=open_store(store)))


def make_demo_app(
    options: SessionOptions,
    *,
    clock: Clock = now_ms,
    listener: Listener | None = None,
    sealed_secrets: str | bytes | Sequence[str | bytes] | None = None,
    at_login: AtLogin = AtLogin.REGENERATE_KEEP_DATA,
    at_logout: AtLogout = AtLogout.DESTROY,
    is_cacheable: bool = False,
    on_error: ErrorHook | None = None,
    has_view: bool = False,
) -> WSGIApplication:
    """The three designs and the page at ``/``.

    ``options`` are those of ``/session``.  ``sealed_secrets`` are those of ``/signed-cookie``;
    the session's unless given.  ``at_login`` and ``at_logout`` are what ``/session`` does with its
    session then; some of it is what an attacker hopes for.  ``is_cacheable``: nothing is said to
    caches.  ``listener`` hears every step, ``on_error`` errors after the headers.  ``has_view``:
    the page mentions the JSON view.
    Raises OptionsError and CookieError.
    """
    watched: dict[str, Any] = {"clock": clock, "listener": listener, "on_error": on_error}
    session_visitor = partial(
        SessionVisitor, name=options.name, at_login=at_login, at_logout=at_logout
    )
    headers = tuple(it for it in HEADERS if not (is_cacheable and it[0] == "Cache-Control"))
    designs: dict[str, WSGIApplication] = {
        "cookie": _design("cookie", PlainVisitor),
        "signed-cookie": CookieSessionMiddleware(
            _design("signed-cookie", SealedVisitor),
            options.secrets if sealed_secrets is None else sealed_secrets,
            **watched,
        ),
        "session": SessionMiddleware(_design("session", session_visitor), options, **watched),
    }
    front = partial(_front, has_view=has_view)

    def demo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        prefix = environ.get("PATH_INFO", "").partition("/")[2].partition("/")[0]
        app: WSGIApplication = designs.get(prefix) or Request.application(front)
        return app(environ, _with_headers(start_response, headers))

    return demo


def _design(prefix: str, visitor_of: Callable[[Request], Visitor]) -> WSGIApplication:
    """One design's application: its routes, answered for the visitor as this design knows them."""
    routes: dict[str, dict[str, Handler]] = {}
    for method, path, handler in ROUTES:
        routes.setdefault(f"/{prefix}{path}", {})[method] = handler

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = _Request(environ)
        try:
            handler = _handler(request, routes.get(request.path.removesuffix("/")))
            visitor = visitor_of(request)
            response = handler(request, visitor)
            visitor.send(response)
        except HTTPException as refusal:
            return refusal(environ, start_response)
        return response(environ, start_response)

    return answer


def _handler(request: Request, methods: dict[str, Handler] | None) -> Handler:
    """The handler for the request's method; HEAD is answered as GET is."""
    if methods is None:
        raise NotFound
    method = "GET" if request.method == "HEAD" else request.method
    if method not in methods:
        raise MethodNotAllowed(sorted(methods))
    return methods[method]


def _front(request: Request, *, has_view: bool) -> Response:
    """Everything outside the designs: the page, and nothing else."""
    if request.path != "/":
        raise NotFound
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(["GET"])
    return page(request, has_view=has_view)


def _with_headers(start_response: StartResponse, more: Iterable[tuple[str, str]]) -> StartResponse:
    def start(
        status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        return start_response(status, [*headers, *more], exc_info)

    return start
