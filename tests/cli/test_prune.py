"""``sessionlab prune``: what it removes, what it says and with which code it ends."""

from pathlib import Path
from typing import Any

import pytest

from sessionlab.cli import run as run_command
from sessionlab.cli.exit import Exit
from sessionlab.render.catalogue import Catalogue
from sessionlab.session.clock import now_ms
from sessionlab.session.stores.sqlite import SQLiteStore
from tests.ports import free_port
from tests.session.stores.conformance import record_of
from tests.session.stores.redis_server import RedisServer, need_redis


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def run_(*arguments: str) -> tuple[int, str, str]:
        code = run_command(["prune", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run_


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with 30 sessions, 20 of which have expired."""
    path = tmp_path / "sessions.db"
    store = SQLiteStore(path, clock=lambda: now_ms() - 3_600_000)
    for number in range(30):
        left = 60_000 if number % 3 else 86_400_000
        store.set(f"id{number}", record_of(expires=now_ms() - 3_600_000 + left))
    store.close()
    return path


def test_expired_sessions_are_removed_and_counted(run: Any, path: Path) -> None:
    code, out, err = run("--store", f"sqlite:{path}", "--lang", "en")
    assert (code, out, err) == (Exit.OK, "expired sessions removed: 20\n", "")
    assert len(SQLiteStore(path)) == 10
    assert run("--store", f"sqlite:{path}", "--lang", "ko")[1] == "지운 만료 세션: 0개\n"


def test_programs_get_json(run: Any, path: Path) -> None:
    assert run("--store", f"sqlite:{path}", "--json") == (Exit.OK, '{"removed": 20}\n', "")


def test_redis_removes_by_itself(run: Any, tmp_path: Path) -> None:
    need_redis()
    with RedisServer(tmp_path) as server:
        code, out, _ = run("--store", server.url, "--lang", "en")
        assert code == Exit.OK
        assert out == f"{Catalogue('en').text('store.prune.by-itself')}\n"
        assert run("--store", server.url, "--json")[1] == '{"removed": null}\n'


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("memory:", Exit.USAGE, "nothing to prune"),
        ("sqlit:a.db", Exit.USAGE, "did you mean sqlite:PATH?"),
        ("redis://:pass-word@h?ttll=3", Exit.USAGE, "did you mean ttl?"),
        ("sqlite:{folder}/absent.db", Exit.OUTSIDE, "there is no database"),
        ("sqlite:{folder}", Exit.OUTSIDE, "is a folder"),
        ("redis://:pass-word@127.0.0.1:{port}", Exit.OUTSIDE, "is Redis running there?"),
    ],
)
def test_what_can_not_be_pruned_is_one_line_and_a_code(
    run: Any, tmp_path: Path, url: str, code: Exit, said: str
) -> None:
    url = url.format(folder=tmp_path, port=free_port())
    found, out, err = run("--store", url, "--lang", "en")
    assert (found, out) == (code, "")
    assert said in err
    assert err.startswith("sessionlab: ")
    assert err.count("\n") == 1
    assert "pass-word" not in err
    assert list(tmp_path.iterdir()) == []


def test_korean_complaints_are_korean(run: Any) -> None:
    err = run("--store", "sqlit:a.db", "--lang", "ko")[2]
    assert err == "sessionlab: 'sqlit:'은(는) 스토어의 URL이 아닙니다. 혹시 sqlite:PATH인가요?\n"


def test_the_store_has_to_be_named(run: Any) -> None:
    code, _, err = run()
    assert code == Exit.USAGE
    assert "--store" in err
