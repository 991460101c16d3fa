"""``sessionlab serve`` with several workers and with stores that they share."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sessionlab.core.events import Event, Kind

from .test_serve import ENGLISH, PATIENCE, Serve, environment

if not Path("/proc/self/task").is_dir():
    pytest.skip("the workers are looked for in /proc", allow_module_level=True)

SECRET = ("--secret", "keyboard cat")


class Visitor:
    """A browser that keeps the last cookie it was sent."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self.cookie = ""

    def visit(self, path: str = "/session", method: str = "GET") -> str:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        _, body, line = self._serve.ask(path, method, **headers)
        self.cookie = line.partition(";")[0] or self.cookie
        return body


@pytest.fixture
def crew() -> Iterator[Callable[..., Serve]]:
    """Starts servers with several workers; whatever happens, they end with the test."""
    running: list[Serve] = []

    def start(*arguments: str, **env: str) -> Serve:
        serve = Serve(*SECRET, *arguments, **env).__enter__()
        running.append(serve)
        serve.started(serve.err if "--json" in arguments else None)
        return serve

    yield start
    for serve in running:
        serve.__exit__()


def workers(serve: Serve) -> dict[int, int]:
    """The foreman's children by their places, the oldest first."""
    pid = serve.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return dict(enumerate(map(int, children.split()), start=1))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(condition: Callable[[], Any]) -> Any:
    """What a condition gives as soon as it gives something; asks again and again, for a while."""
    for _ in range(int(PATIENCE * 1000)):
        if found := condition():
            return found
        select.select([], [], [], 0.001)
    raise TimeoutError


def state(serve: Serve) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(serve.ask("/_sessionlab/state")[1])
    return found


# -- what a visitor meets --------------------------------------------------------------------


def test_workers_with_memory_stores_leave_the_counter_stuck_at_1_and_say_so(
    crew: Callable[..., Serve],
) -> None:
    with Serve(*SECRET, "--workers", "2") as serve:
        assert ENGLISH("serve.started.workers-memory", workers=2) in serve.started()
        visitor = Visitor(serve)
        assert [visitor.visit() for _ in range(6)] == ["1번 접속"] * 6


def test_workers_with_one_store_count_on(tmp_path: Path) -> None:
    store = f"sqlite:{tmp_path / 'sessions.db'}"
    with Serve(*SECRET, "--workers", "3", "--store", store) as serve:
        assert ENGLISH("serve.started.workers-shared", workers=3) in serve.started()
        visitor = Visitor(serve)
        assert [visitor.visit() for _ in range(6)] == [f"{n}번 접속" for n in range(1, 7)]
        assert serve.stop()[0] == 143
    assert [it.name for it in tmp_path.iterdir()] == ["sessions.db"], "it was closed in order"
    with Serve(*SECRET, "--store", store) as serve:
        serve.started()
        again = Visitor(serve)
        again.cookie = visitor.cookie
        assert again.visit() == "7번 접속"


def test_workers_share_a_redis(crew: Callable[..., Serve], tmp_path: Path) -> None:
    from tests.session.stores.redis_server import RedisServer, need_redis

    need_redis()
    with RedisServer(tmp_path) as redis:
        serve = crew("--workers", "2", "--store", redis.url)
        visitor = Visitor(serve)
        assert [visitor.visit() for _ in range(4)] == [f"{n}번 접속" for n in range(1, 5)]
        assert state(serve)["store"]["size"] == 1


def test_a_cookie_counts_on_whoever_answers(crew: Callable[..., Serve]) -> None:
    visitor = Visitor(crew("--workers", "2"))
    assert [visitor.visit("/cookie") for _ in range(4)] == [f"{n}번 접속" for n in range(1, 5)]


def test_each_block_says_which_worker_answered_and_requests_are_numbered_among_all(
    crew: Callable[..., Serve],
) -> None:
    serve = crew("--workers", "2")
    for number in range(1, 5):
        serve.ask("/session")
        heading = serve.block()[0]
        assert heading.startswith(f"── {number}  worker {(number - 1) % 2 + 1}  GET /session ─")


def test_in_korean_too(crew: Callable[..., Serve]) -> None:
    serve = crew("--workers", "2", "--lang", "ko")
    serve.ask("/session")
    assert serve.out.readline().decode().startswith("── 1  워커 1  GET /session ─")


def test_one_worker_is_the_server_itself(crew: Callable[..., Serve]) -> None:
    serve = crew("--workers", "1")
    assert workers(serve) == {}
    serve.ask("/session")
    assert serve.block()[0].startswith("── 1  GET /session ─")
    assert state(serve)["worker"] is None


def test_a_connection_that_is_opened_ahead_takes_no_turn(crew: Callable[..., Serve]) -> None:
    serve = crew("--workers", "2")
    ahead = [socket.create_connection(("127.0.0.1", serve.port), PATIENCE) for _ in range(3)]
    asked = [state(serve)["worker"]["number"] for _ in range(4)]
    assert asked == [1, 2, 1, 2]
    ahead.pop().close()
    late = ahead.pop()
    late.sendall(
        f"GET /_sessionlab/state HTTP/1.1\r\nHost: localhost:{serve.port}\r\n\r\n".encode()
    )
    answer = b"".join(iter(lambda: late.recv(65536), b""))
    assert b'"worker":{"number":1,' in answer
    late.close()
    ahead.pop().close()


def test_many_requests_at_once_are_all_answered_and_all_told(
    crew: Callable[..., Serve], tmp_path: Path
) -> None:
    serve = crew("--workers", "4", "--json", "--store", f"sqlite:{tmp_path / 'sessions.db'}")
    with ThreadPoolExecutor(16) as pool:
        told = pool.submit(read_responses, serve, 200)
        answers = list(pool.map(lambda _: serve.ask("/session")[:2], range(200)))
        events = told.result(PATIENCE)
    assert answers == [(200, "1번 접속")] * 200
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    by_request: dict[str, list[Kind]] = {}
    for event in events:
        by_request.setdefault(event.lane, []).append(event.kind)
    assert set(by_request) == {str(number) for number in range(1, 201)}
    assert len({tuple(kinds) for kinds in by_request.values()}) == 1
    assert state(serve)["store"]["size"] == 200


def read_responses(serve: Serve, count: int) -> list[Event]:
    events: list[Event] = []
    while count:
        events.append(Event.from_json(json.loads(serve.out.readline())))
        count -= events[-1].kind is Kind.RESPONSE
    return events


# -- the JSON view and inspect ---------------------------------------------------------------


def test_every_worker_tells_the_events_of_all(crew: Callable[..., Serve]) -> None:
    serve = crew("--workers", "3")
    for _ in range(6):
        serve.ask("/session")
    for _ in range(3):
        events = json.loads(serve.ask("/_sessionlab/events?limit=1000")[1])
        requests = [event for event in events["events"] if event["kind"] == "request"]
        assert [event["lane"] for event in requests] == ["1", "2", "3", "4", "5", "6"]
        assert [event["data"]["server"] for event in requests] == [1, 2, 3, 1, 2, 3]
        assert events["newest"] == len(events["events"])


def test_who_has_read_an_answer_finds_its_events_wherever_he_asks(
    crew: Callable[..., Serve],
) -> None:
    serve = crew("--workers", "2")
    seen = 0
    for number in range(1, 51):
        serve.ask("/session")  # by one worker; the next question goes to the other
        page = json.loads(serve.ask(f"/_sessionlab/events?after={seen}&limit=1000")[1])
        assert page["events"][-1]["kind"] == "response"
        assert {event["lane"] for event in page["events"]} == {str(number)}
        seen = page["next"]


@pytest.mark.parametrize("is_shared", [True, False])
def test_the_view_and_inspect_say_whose_sessions_these_are(
    crew: Callable[..., Serve], tmp_path: Path, is_shared: bool
) -> None:
    store = f"sqlite:{tmp_path / 'sessions.db'}" if is_shared else "memory:"
    serve = crew("--workers", "2", "--store", store)
    for _ in range(4):
        serve.ask("/session")
    for number in (1, 2):
        found = state(serve)
        assert found["worker"] == {"number": number, "of": 2, "shares_store": is_shared}
        assert found["store"]["size"] == (4 if is_shared else 2)
    shown = subprocess.run(
        [sys.executable, "-m", "sessionlab", "inspect", "--url", f"http://127.0.0.1:{serve.port}"],
        capture_output=True,
        env=environment(),
        timeout=PATIENCE,
        check=True,
    ).stdout.decode()
    key = "worker-shared" if is_shared else "worker-memory"
    assert ENGLISH(f"inspect.server.{key}", number=1, of=2) in " ".join(shown.split())


# -- how it ends -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code", "key"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_a_signal_ends_the_foreman_and_every_worker(
    crew: Callable[..., Serve], number: int, code: int, key: str
) -> None:
    serve = crew("--workers", "3")
    pids = list(workers(serve).values())
    assert len(pids) == 3
    ended, _, err = serve.stop(number)
    assert (ended, err) == (code, f"{ENGLISH(f'serve.stopped.{key}')}\n")
    assert [pid for pid in pids if is_running(pid)] == []
    with socket.create_server(("127.0.0.1", serve.port)):
        pass


def test_ctrl_c_reaches_all_and_only_the_foreman_minds_it(crew: Callable[..., Serve]) -> None:
    """A terminal signals the whole process group."""
    serve = crew("--workers", "2")
    pids = list(workers(serve).values())
    for pid in pids:
        os.kill(pid, signal.SIGINT)
    visitor = Visitor(serve)
    assert visitor.visit() == "1번 접속"
    assert list(workers(serve).values()) == pids
    assert serve.stop(signal.SIGINT)[0] == 130


def test_a_foreman_who_is_killed_leaves_no_orphan(crew: Callable[..., Serve]) -> None:
    serve = crew("--workers", "3")
    serve.ask("/session")
    pids = list(workers(serve).values())
    serve.process.kill()
    serve.process.wait(PATIENCE)
    until(lambda: not any(map(is_running, pids)))
    with socket.create_server(("127.0.0.1", serve.port)):
        pass


def test_workers_end_with_a_request_in_their_hands(crew: Callable[..., Serve]) -> None:
    serve = crew("--workers", "2")
    with socket.create_connection(("127.0.0.1", serve.port), PATIENCE) as half:
        half.sendall(b"GET /session HTTP/1.1\r\nHost: ")
        assert serve.ask("/session")[0] == 200
        pids = list(workers(serve).values())
        assert serve.stop()[0] == 143
    assert [pid for pid in pids if is_running(pid)] == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_dies_is_reported_and_replaced(
    crew: Callable[..., Serve], number: int
) -> None:
    serve = crew("--workers", "2")
    serve.ask("/session")
    victim = next(iter(workers(serve).values()))
    os.kill(victim, number)
    line = serve.err.readline().decode()
    died = ENGLISH("serve.worker.died", number=1, why=signal.Signals(number).name)
    assert line == f"{died} {ENGLISH('serve.worker.forgotten')}\n"
    assert {state(serve)["worker"]["number"] for _ in range(4)} == {1, 2}
    assert victim not in workers(serve).values()


def test_a_worker_that_dies_in_the_middle_of_a_request_says_which_it_leaves_unanswered(
    crew: Callable[..., Serve], tmp_path: Path
) -> None:
    serve = crew("--workers", "2", "--store", f"sqlite:{tmp_path / 'sessions.db'}")
    body = "text=x"
    with socket.create_connection(("127.0.0.1", serve.port), PATIENCE) as half:
        half.sendall(
            f"POST /session/notes HTTP/1.1\r\nHost: localhost:{serve.port}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
        )
        until(lambda: json.loads(serve.ask("/_sessionlab/events")[1])["newest"])
        os.kill(next(iter(workers(serve).values())), signal.SIGKILL)
        line = serve.err.readline().decode()
        assert ENGLISH("serve.worker.unanswered", requests="1") in line
        assert ENGLISH("serve.worker.forgotten") not in line
        assert half.recv(100) == b""
    assert serve.ask("/session")[0] == 200
    assert serve.block()[0].startswith("── 2  ")


def test_workers_that_die_as_soon_as_they_are_started_end_the_server(
    crew: Callable[..., Serve], tmp_path: Path
) -> None:
    """The store is taken away behind their back, and one of them dies."""
    path = tmp_path / "deep" / "sessions.db"
    path.parent.mkdir()
    serve = crew("--workers", "2", "--store", f"sqlite:{path}")
    serve.ask("/session")
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    os.kill(next(iter(workers(serve).values())), signal.SIGKILL)
    _, err = serve.process.communicate(timeout=PATIENCE)
    assert serve.process.returncode == 3
    lines = err.decode().splitlines()
    assert lines[-1] == ENGLISH("serve.stopped.workers-fail")
    assert any("the folder of" in line for line in lines)


def test_it_ends_when_nobody_reads_its_output_any_more(crew: Callable[..., Serve]) -> None:
    serve = crew("--workers", "2")
    pids = list(workers(serve).values())
    serve.out.close()
    assert serve.process.wait(PATIENCE) == 141
    assert [pid for pid in pids if is_running(pid)] == []
