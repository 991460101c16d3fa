"""The demo application: three designs of one counter and login, each under its own prefix.

Rules
- The same handlers answer ``/cookie``, ``/signed-cookie`` and ``/session``.  Each design has its
  own middleware, so that a visit to one leaves no trace in another.
- This is a WSGI application without a server; it can be mounted anywhere.
- Hostile input is answered with 4xx.  Every answer forbids scripts and sniffing, and also caching,
  except on the stage, where lessons are about caching.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from sessionlab.core.options import SessionOptions
from sessionlab.demo.designs import PlainVisitor, SealedVisitor, SessionVisitor, Visitor
from sessionlab.demo.front_page import front_page
from sessionlab.demo.handlers import ROUTES, Handler
from sessionlab.demo.headers import HEADERS
from sessionlab.demo.login import AtLogin, AtLogout
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.cookie_session import CookieSessionMiddleware
from sessionlab.session.engine import Listener
from sessionlab.session.stores.url import open_store
from sessionlab.session.wsgi import SessionMiddleware

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LARGEST_FORM = 64 * 1024
"""The largest form in octets; a larger one is answered with 413."""


class _LimitedRequest(Request):
    max_content_length = LARGEST_FORM
    max_form_memory_size = LARGEST_FORM
    max_form_parts = 100


def demo_app(store: str, secret: str) -> WSGIApplication:
    """The demo for a WSGI server with several processes, which share a store.

        gunicorn -w 2 "sessionlab.demo.apps:demo_app('sqlite:sessions.db', 'keyboard cat')"

    ``store`` is a URL for `open_store`.  Raises OptionsError and StoreError.
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
    has_view: bool = False,
) -> WSGIApplication:
    """The three designs and the page at ``/``.

    ``options`` are those of ``/session``.  ``sealed_secrets`` are those of ``/signed-cookie``, by
    default the session's.  ``at_login`` and ``at_logout``: what ``/session`` then does with its
    session; not every choice is safe.  ``is_cacheable``: no header forbids caching.
    ``listener`` is called with every event; with one, errors after the headers are only events.
    ``has_view``: the page mentions the JSON view.
    Raises OptionsError and CookieError.
    """
    # A listener has each error as an event.
    on_error = None if listener is None else (lambda error, environ: None)
    observed: dict[str, Any] = {"clock": clock, "listener": listener, "on_error": on_error}
    session_visitor = partial(
        SessionVisitor, name=options.name, at_login=at_login, at_logout=at_logout
    )
    headers = tuple(it for it in HEADERS if not (is_cacheable and it[0] == "Cache-Control"))
    designs: dict[str, WSGIApplication] = {
        "cookie": _design_app("cookie", PlainVisitor),
        "signed-cookie": CookieSessionMiddleware(
            _design_app("signed-cookie", SealedVisitor),
            options.secrets if sealed_secrets is None else sealed_secrets,
            **observed,
        ),
        "session": SessionMiddleware(_design_app("session", session_visitor), options, **observed),
    }
    outside = partial(_answer_outside, has_view=has_view)

    def demo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        prefix = environ.get("PATH_INFO", "").partition("/")[2].partition("/")[0]
        app: WSGIApplication = designs.get(prefix) or Request.application(outside)
        return app(environ, _with_headers(start_response, headers))

    return demo


def _design_app(prefix: str, visitor_of: Callable[[Request], Visitor]) -> WSGIApplication:
    """The application of one design: every route below its prefix."""
    routes: dict[str, dict[str, Handler]] = {}
    for method, path, handler in ROUTES:
        routes.setdefault(f"/{prefix}{path}", {})[method] = handler

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = _LimitedRequest(environ)
        try:
            handler = _find_handler(request, routes.get(request.path.removesuffix("/")))
            visitor = visitor_of(request)
            response = handler(request, visitor)
            visitor.send(response)
        except HTTPException as refusal:
            return refusal(environ, start_response)
        return response(environ, start_response)

    return answer


def _find_handler(request: Request, methods: dict[str, Handler] | None) -> Handler:
    """The handler for the method, GET's for HEAD.  Raises NotFound and MethodNotAllowed."""
    if methods is None:
        raise NotFound
    method = "GET" if request.method == "HEAD" else request.method
    if method not in methods:
        raise MethodNotAllowed(sorted(methods))
    return methods[method]


def _answer_outside(request: Request, *, has_view: bool) -> Response:
    """Answers outside the designs: only the front page exists there."""
    if request.path != "/":
        raise NotFound
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(["GET"])
    return front_page(request, has_view=has_view)


def _with_headers(start_response: StartResponse, more: Iterable[tuple[str, str]]) -> StartResponse:
    def start(
        status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        return start_response(status, [*headers, *more], exc_info)

    return start
