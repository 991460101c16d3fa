"""All that the server of ``serve`` answers: the guard, the JSON view, the recorded demo.

Rules
- The guard comes first: a request for another host reaches nothing else.
- Requests to the JSON view are not recorded, so that reading the events does not add events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from sessionlab.demo.apps import make_demo_app
from sessionlab.demo.headers import HEADERS
from sessionlab.page.eventlog import EventLog
from sessionlab.page.guard import HostGuard
from sessionlab.page.refusal import Refused
from sessionlab.page.traffic import Traffic
from sessionlab.page.view import PREFIX, View
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.stores import MemoryStore

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from sessionlab.core.options import SessionOptions


def make_site(
    options: SessionOptions,
    guard: HostGuard,
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
    traffic = Traffic(log)
    demo = traffic.around(
        make_demo_app(
            options,
            clock=clock,
            listener=traffic.listener,
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
