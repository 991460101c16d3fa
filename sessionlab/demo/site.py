"""The whole of what the demo server answers: the guard, the JSON view, the watched application.

Rules
- The guard comes first: a request for another host reaches nothing.
- What is asked of the JSON view is no event: reading the events makes none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from sessionlab.demo.apps import make_demo_app
from sessionlab.demo.eventlog import EventLog
from sessionlab.demo.guard import Guard
from sessionlab.demo.headers import HEADERS
from sessionlab.demo.refusal import Refused
from sessionlab.demo.view import PREFIX, View
from sessionlab.demo.watch import Watch
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.stores import MemoryStore

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from sessionlab.core.options import SessionOptions


def make_site(
    options: SessionOptions,
    guard: Guard,
    log: EventLog,
    *,
    clock: Clock = now_ms,
) -> WSGIApplication:
    """The demo behind its guard, recorded in ``log``, with the JSON view beside it.

    Raises OptionsError and CookieError.
    """
    store = MemoryStore(clock=clock) if options.store is None else options.store
    options = replace(options, store=store)
    view = View(options, store, log)
    watch = Watch(log)
    demo = watch.around(
        make_demo_app(
            options,
            clock=clock,
            listener=watch.listener,
            on_error=lambda error, environ: None,  # the listener is told of each
            has_view=True,
        )
    )

    def site(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        answer: WSGIApplication
        try:
            guard.check_host(environ)
            if request.path.startswith(PREFIX):
                guard.check_view(environ)
                answer = view.answer(request)
            else:
                answer = demo
        except Refused as refused:
            answer = refused.response(request)
        except HTTPException as refusal:
            answer = refusal.get_response()
            answer.headers.extend(HEADERS)
        return answer(environ, start_response)

    return site
