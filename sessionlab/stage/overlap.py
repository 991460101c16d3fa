"""Holds a request while others are sent and answered.

Rules
- The held request has its session from the store, but its application has not started: it has
  read the record before the others, and writes after them.
- A request that opens no session is not held: it is answered first, and then the others.
"""

from __future__ import annotations

from collections.abc import Callable

from sessionlab.core.events import RequestHeld, RequestResumed
from sessionlab.stage.browsers import Asked, Browsers
from sessionlab.stage.gate import Gate
from sessionlab.stage.recorder import Recorder


def send_held(
    browsers: Browsers, recorder: Recorder, asked: Asked, meanwhile: Callable[[bool], None]
) -> None:
    """Send a request, call ``meanwhile`` while it is held, and take its answer.

    ``meanwhile`` gets False if the request was not held.  Raises StageError.
    """
    from concurrent.futures import ThreadPoolExecutor

    gate = recorder.gate = Gate()
    held = asked.client, asked.request.method, asked.request.path
    with ThreadPoolExecutor(1) as beside:
        sending = beside.submit(browsers.exchange, asked)
        sending.add_done_callback(lambda _: gate.end())
        try:
            is_held = gate.wait()
            if is_held:
                recorder.record(RequestHeld(*held))
                meanwhile(True)
                recorder.record(RequestResumed(*held))
                gate.open()
            browsers.take(asked, sending.result())
            if not is_held:
                meanwhile(False)
        finally:
            recorder.gate = None
            gate.open()
