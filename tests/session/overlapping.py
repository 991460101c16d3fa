"""Two requests on one session, one inside the other, over any store.

Rules
- No threads and no waiting: the slow request's application calls the other request itself, so
  that it has loaded its session before, and saves it after.
- Time is turned for the site and for the store at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sessionlab import Record, Session, SessionOptions, get_session
from sessionlab.core.events import Event, StoreAsked, StoreDecided, StoreOp
from sessionlab.core.safeguards import Safeguards
from tests.session.stores.bench import Bench
from tests.session.visiting import SECRET, Answer, Environ, Site, by_path

Act = Callable[[Session], object]

CONFLICTS = {"revived", "destroyed-meanwhile", "overwritten", "merged", "conflict-reported"}


def session_of(environ: Environ) -> Session:
    session = get_session(environ)
    assert session is not None
    return session


class World:
    """A site over a bench's store, with one visitor who has a session.

    ``during`` is what happens while a request to ``/slow`` has its session; ``slow`` is what that
    request then does to it.  ``told`` are the verdicts about conflicts, ``swaps`` whether each
    compare-and-set was done.
    """

    def __init__(self, bench: Bench, *, safeguards: Safeguards | None = None, **options: Any):
        self.bench = bench
        self.told: list[str] = []
        self.swaps: list[bool] = []
        self.act: Act = lambda session: None
        self.slow: Act = lambda session: None
        self.during: Callable[[], object] = lambda: None
        self.site = Site(
            by_path(
                act=lambda environ: self.act(session_of(environ)),
                slow=self._slow,
                logout=lambda environ: session_of(environ).destroy(),
                look=lambda environ: session_of(environ).get("user", "nobody"),
            ),
            listener=self._listen,
            **{"safeguards": safeguards or Safeguards(), "store": bench.store, **options},
        )
        self.cookie = self.visit(lambda session: session.update(user="alice"), "").cookie

    def visit(self, act: Act, cookie: str | None = None) -> Answer:
        """A request that does one thing."""
        self.act = act
        return self.site.visit("/act", self.cookie if cookie is None else cookie)

    def overlap(self, slow: Act, during: Callable[[], object]) -> Answer:
        """A request that has its session, waits for ``during``, and then does ``slow``."""
        self.slow, self.during = slow, during
        return self.site.visit("/slow", self.cookie)

    def logout(self) -> Answer:
        return self.site.visit("/logout", self.cookie)

    def who(self) -> bytes:
        """Who the cookie's holder is to the server."""
        return self.site.visit("/look", self.cookie).body

    def data(self) -> dict[str, Any] | None:
        """What the store holds for the visitor, as another process sees it."""
        record = self.bench.again().get(self.session_id)
        return None if record is None else record.load()

    @property
    def session_id(self) -> str:
        from tests.session.visiting import id_of

        return id_of(self.cookie)

    def advance(self, seconds: float) -> None:
        self.bench.advance(seconds)
        self.site.clock.advance(seconds)

    def _slow(self, environ: Environ) -> object:
        session = session_of(environ)
        self.during()
        return self.slow(session)

    def _listen(self, environ: Environ, event: Event) -> None:
        if isinstance(event, StoreDecided) and event.verdict.reason.value in CONFLICTS:
            self.told.append(event.verdict.reason.value)
        if isinstance(event, StoreAsked) and event.op is StoreOp.SWAP:
            self.swaps.append(event.found)


def options(**given: Any) -> SessionOptions:
    return SessionOptions(secrets=SECRET, **given)


def rewritten(record: Record, **data: Any) -> Record:
    """A record as Express writes it again after a change of its own."""
    import json

    found = json.loads(record.text)
    return Record.from_text(json.dumps(found | data, ensure_ascii=False, separators=(",", ":")))
