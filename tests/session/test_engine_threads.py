"""One middleware, many threads: nobody gets another's session, and nothing is lost."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sessionlab import CookieOptions, MemoryStore, get_session
from tests import PATIENCE

from .visiting import Clock, Environ, Site, by_path, count, look

THREADS = 8
VISITS = 300


@pytest.fixture(autouse=True)
def _switch_threads_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def together(work: Callable[[int], None], threads: int = THREADS) -> None:
    """Do a piece of work in several threads that begin at once; raise what any of them raises."""
    barrier = threading.Barrier(threads)
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            barrier.wait(PATIENCE)
            work(number)
        except BaseException as error:
            errors.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def quiet_site(app: Any, **options: Any) -> Site:
    """Without the lint, which is for one request at a time."""
    site = Site(app, lint=False, store=MemoryStore(clock=Clock()), **options)
    site.application = site.middleware
    return site


def test_visitors_at_once_are_each_counted_by_themselves() -> None:
    site = quiet_site(by_path(look=look), cookie=CookieOptions(max_age=60))

    def visit(number: int) -> None:
        cookie = site.visit().cookie
        for visits in range(2, VISITS):
            assert site.visit(cookie=cookie).body == str(visits).encode()
            if visits % 10 == 0:
                assert site.visit("/look", cookie).body == f"{{'n': {visits}}}".encode()

    together(visit)
    assert len(site.store) == THREADS
    assert {record.load()["n"] for record in site.store.all().values()} == {VISITS - 1}
    assert site.late == []


def test_ids_made_at_once_are_distinct() -> None:
    site = quiet_site(by_path())
    made: list[str] = []

    def visit(number: int) -> None:
        for _ in range(VISITS):
            made.append(site.visit().session_id)

    together(visit)
    assert len(set(made)) == THREADS * VISITS == len(site.store)


def test_one_visitor_at_once_is_always_somebody_and_never_somebody_else() -> None:
    """Requests of one session overlap: a count may be lost, the session is not mixed up."""
    site = quiet_site(by_path())
    cookies = [site.visit().cookie for _ in range(2)]

    def visit(number: int) -> None:
        for _ in range(VISITS):
            answer = site.visit(cookie=cookies[number % 2])
            assert answer.set_cookies == []
            assert 2 <= int(answer.body) <= THREADS * VISITS

    together(visit)
    assert len(site.store) == 2


def test_two_changes_at_once_are_one_change_lost() -> None:
    """The last writer wins, as in Express: both read before either writes."""
    both_have_read = threading.Barrier(2)

    def act(environ: Environ) -> None:
        session = get_session(environ)
        assert session is not None
        both_have_read.wait(PATIENCE)
        session[environ["QUERY_STRING"]] = True

    site = quiet_site(by_path(act=act, look=look))
    cookie = site.visit().cookie
    together(lambda number: site.visit(f"/act?{number}", cookie) and None, 2)
    (record,) = site.store.all().values()
    assert sorted(record.load()) in (["0", "n"], ["1", "n"])


def test_logging_in_and_out_at_once_leaves_no_session_behind() -> None:
    def login(environ: Environ) -> None:
        session = get_session(environ)
        assert session is not None
        session.regenerate()["user"] = environ["QUERY_STRING"]

    def logout(environ: Environ) -> None:
        session = get_session(environ)
        assert session is not None
        session.destroy()

    site = quiet_site(by_path(login=login, logout=logout, look=look, count=count))

    def visit(number: int) -> None:
        for _ in range(VISITS // 6):
            cookie = site.visit(f"/login?{number}").cookie
            assert site.visit("/look", cookie).body == f"{{'user': '{number}'}}".encode()
            site.visit("/logout", cookie)
            assert site.visit("/look", cookie).body == b"{}"

    together(visit)
    assert len(site.store) == 0
