"""A request that is held while others are sent and answered.

Rules
- The held request has its session from the store, and its application has not begun: what it
  reads is what was there before, what it writes comes after the others.
- A request that opens no session is not held: it is answered, and then the others are.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from sessionlab.core.events import Kind
from sessionlab.replay.browser import Asked, Browser
from sessionlab.replay.exchange import Response
from sessionlab.replay.gate import Gate
from sessionlab.replay.recorder import Recorder


def send_held(
    browser: Browser, recorder: Recorder, asked: Asked, meanwhile: Callable[[bool], None]
) -> None:
    """Send a request that was told of, do ``meanwhile`` while it is held, and take its answer.

    ``meanwhile`` is told whether the request is held.  Raises ReplayError.
    """
    gate = recorder.gate = Gate()
    sending = _Sending(browser, asked, gate)
    told = {
        "client": asked.client,
        "method": asked.request.method,
        "path": asked.request.target.partition("?")[0],
    }
    try:
        if gate.wait():
            recorder.record(Kind.HOLD, told)
            meanwhile(True)
            recorder.record(Kind.RESUME, told)
            gate.open()
            browser.take(asked, sending.response())
        else:
            browser.take(asked, sending.response())
            meanwhile(False)
    finally:
        recorder.gate = None
        gate.open()
        sending.join()


class _Sending(Thread):
    """Sends a request beside everything else."""

    def __init__(self, browser: Browser, asked: Asked, gate: Gate) -> None:
        super().__init__(name=f"held:{asked.client}", daemon=True)
        self._browser = browser
        self._asked = asked
        self._gate = gate
        self._response: Response | None = None
        self._error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self._response = self._browser.exchange(self._asked)
        except Exception as error:
            self._error = error
        finally:
            self._gate.end()

    def response(self) -> Response:
        """The answer, when it is there; raises what sending it raised."""
        self.join()
        if self._response is None:
            raise self._error or TimeoutError
        return self._response
