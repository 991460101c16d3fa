"""No test depends on how busy the machine is: what it could depend on is found in the source."""

import re
from pathlib import Path

from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
SOURCES = {
    path.relative_to(HERE).as_posix(): path.read_text(encoding="utf-8")
    for path in HERE.rglob("*.py")
    if "node_modules" not in path.parts
    and path.parent.name != "benchmark"
    and path.name not in ("conftest.py", Path(__file__).name)
}

CLOCK = re.compile(r"\b(sleep|monotonic|perf_counter|process_time|time\.time)\(")
BY_THE_CLOCK = {
    "chromium/browser.py": "asks Chromium again and again, until PATIENCE is over",
    "chromium/player.py": "Chromium goes by the real time, so the jar has to",
    "decode/test_any_text.py": "the processor's time, compared with itself",
    "faults/test_sqlite.py": "kills at a moment that nobody chose",
    "interop/dialogues.py": "measures what Redis' own clock took from a key",
    "session/stores/redis_server.py": "asks Redis again and again, until PATIENCE is over",
}

IMPATIENT = re.compile(r"\.(wait|join|result|communicate)\((timeout=)?[1-9][\d.]*\)")


def test_no_example_of_hypothesis_has_a_deadline() -> None:
    assert settings.default is not None
    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check
    of_their_own = re.compile(r"\b(deadline|suppress_health_check)=")
    assert [path for path, text in SOURCES.items() if of_their_own.search(text)] == []


def test_a_clock_is_looked_at_only_for_a_reason() -> None:
    assert {path for path, text in SOURCES.items() if CLOCK.search(text)} == set(BY_THE_CLOCK)


def test_who_waits_for_what_has_to_come_has_patience() -> None:
    assert [path for path, text in SOURCES.items() if IMPATIENT.search(text)] == []
