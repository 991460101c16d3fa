"""The store of every scenario."""

from collections.abc import Callable

from sessionlab import MemoryStore, Record, Store
from sessionlab.core.errors import RecordError

from .values import Json, Planned


class PlannedAbsence(Planned, FileNotFoundError):
    """A store's way to say ENOENT."""


class LoggedStore(Store):
    """A MemoryStore whose operations are logged, and of which chosen calls fail."""

    def __init__(
        self, setup: Json, log: list[Json], clock: Callable[[], int], prefix: str = ""
    ) -> None:
        self._log = log
        self._clock = clock
        self._prefix = prefix
        self._failures = setup.get("fail", [])
        self._calls: dict[str, int] = {}
        self.can_touch = setup.get("touch", True)
        self._seed(dict(setup.get("seed", [])))

    def _seed(self, records: dict[str, str]) -> None:
        self._memory = MemoryStore(clock=self._clock, records=records)
        self._known = set(records)

    def _note(self, op: str, *rest: str) -> None:
        self._calls[op] = self._calls.get(op, 0) + 1
        self._log.append([self._prefix + op, *rest])
        for failure in self._failures:
            if failure["op"] == op and failure["call"] == self._calls[op]:
                kind = PlannedAbsence if failure.get("code") == "ENOENT" else Planned
                raise kind(failure["message"])

    def get(self, session_id: str) -> Record | None:
        self._note("get", session_id)
        return self._memory.get(session_id)

    def set(self, session_id: str, record: Record) -> None:
        self._note("set", session_id, record.text)
        self._known.add(session_id)
        self._memory.set(session_id, record)

    def touch(self, session_id: str, record: Record) -> None:
        self._note("touch", session_id, record.text)
        self._memory.touch(session_id, record)

    def destroy(self, session_id: str) -> None:
        self._note("destroy", session_id)
        self._memory.destroy(session_id)

    def put_outside(self, session_id: str, text: str) -> None:
        """What another program does to the records: no operation of ours, any text."""
        self._seed(self.contents() | {session_id: text})

    def destroy_outside(self, session_id: str) -> None:
        self._memory.destroy(session_id)

    def contents(self) -> dict[str, str]:
        """The live records' texts; a record that can't be read is its own evidence."""
        left = {}
        for session_id in self._known:
            try:
                record = self._memory.get(session_id)
            except RecordError as error:
                left[session_id] = error.record
            else:
                if record is not None:
                    left[session_id] = record.text
        return left
