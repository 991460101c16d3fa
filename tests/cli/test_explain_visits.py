"""``sessionlab explain URL``: real servers asked by the real command."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from sessionlab import CookieOptions, SessionMiddleware, SessionOptions
from sessionlab.cli import run
from sessionlab.cli.exit import Exit
from sessionlab.diagnose import ask
from tests.diagnose.support import CERTIFICATE, counter, reader, served
from tests.diagnose.test_diagnose_asking import speaking

Explain = Callable[..., tuple[int, str, str]]
SGR = re.compile("\x1b\\[[0-9;]*m")


@pytest.fixture
def explain(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Explain:
    """Run the command in this process: exit code, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")

    def command(*arguments: str) -> tuple[int, str, str]:
        code = run(["explain", *arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return command


def session(app: Any = counter, **cookie: Any) -> Any:
    options = SessionOptions(secrets="a secret of our own", cookie=CookieOptions(**cookie))
    return SessionMiddleware(app, options)


def test_a_session_that_works(explain: Explain) -> None:
    with served(session(same_site="lax")) as port:
        code, out, err = explain(f"http://localhost:{port}/session")
    assert (code, err) == (Exit.OK, "")
    assert [f"“{number}번 접속”" in out for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert "No cause for trouble found." in out


def test_a_new_session_on_every_request(explain: Explain) -> None:
    with served(session(secure=True)) as port:
        code, out, _ = explain(f"http://localhost:{port}/session", "--lang", "ko")
    assert code == Exit.CHECK_FAILED
    assert out.count("“1번 접속”") == 3
    assert 'cookie=CookieOptions(secure="auto")' in out
    assert 'cookie: { secure: "auto" }' in out


def test_json_has_every_hop_and_the_findings(explain: Explain) -> None:
    with served(session(path="/login")) as port:
        url = f"http://localhost:{port}"
        code, out, _ = explain(f"{url}/login", "--then", f"{url}/me", "--visits", "2", "--json")
    found = json.loads(out)
    assert code == Exit.CHECK_FAILED
    assert [visit["hops"][0]["url"] for visit in found["visits"]] == [f"{url}/login", f"{url}/me"]
    assert found["visits"][1]["hops"][0]["cookies"][0]["reasons"] == ["other-path"]
    assert found["findings"][0]["code"] == "path-elsewhere"
    assert found["findings"][0]["mend"] == {
        "express": 'cookie: { path: "/" }',
        "sessionlab": 'cookie=CookieOptions(path="/")',
    }
    assert found["insecure"] is False


def test_how_the_later_visits_are_made_is_as_the_options_say(explain: Explain) -> None:
    seen: list[tuple[str, str | None]] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append((environ["REQUEST_METHOD"], environ.get("HTTP_ORIGIN")))
        return reader(environ, start_response)

    page = "http://127.0.0.1:5173"
    with served(app) as port:
        url = f"http://localhost:{port}/"
        explain(url, "--from", page, "--method", "POST")
        explain(url, "--from", page, "--method", "POST", "--then", url, "--visits", "2")
    assert seen == [("POST", page)] * 3 + [("GET", None), ("POST", page)]


def test_a_fetch_without_credentials(explain: Explain) -> None:
    with served(session()) as port:
        url = f"http://localhost:{port}/"
        code, out, _ = explain(url, "--fetch", "--from", "http://localhost:5173")
    assert code == Exit.CHECK_FAILED
    for said in ('credentials: "include"', "no Access-Control-Allow-Origin", "not kept"):
        assert said in out


def test_an_unchecked_certificate_is_said_aloud(
    explain: Explain, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = SessionMiddleware(
        counter,
        SessionOptions(
            secrets="one", trust_proxy=True, cookie=CookieOptions(secure=True, same_site="lax")
        ),
    )
    with served(app, tls=True) as port:
        url = f"https://localhost:{port}/"
        code, out, err = explain(url)
        assert (code, out) == (Exit.OUTSIDE, "")
        assert "the certificate is not trusted" in err
        code, out, _ = explain(url, "--insecure")
        assert code == Exit.OK
        assert "The server's certificate was not checked (--insecure)" in out
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        code, out, _ = explain(url)
        assert code == Exit.OK
        assert "--insecure" not in out


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_what_is_missing_outside_is_one_line_and_exit_code_3(
    explain: Explain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(url: str, said: str) -> None:
        code, out, err = explain(url)
        assert (code, out, err.count("\n")) == (Exit.OUTSIDE, "", 1)
        assert said in err

    refused(f"http://127.0.0.1:{closed_port()}/", "connection refused")
    refused("http://nowhere.invalid/", "there is no such host")
    with speaking(b"SSH-2.0-OpenSSH\r\n") as port:
        refused(f"http://127.0.0.1:{port}/", "does not speak HTTP")
    with speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        refused(f"https://127.0.0.1:{port}/", "does not speak TLS")
    monkeypatch.setattr(
        ask.Network.__init__,
        "__kwdefaults__",
        {"insecure": False, "patience": 0.2, "connect_to": None},
    )
    with speaking(hold=True) as port:
        refused(f"http://127.0.0.1:{port}/", "no whole answer")


def test_a_url_can_not_smuggle_a_header_into_the_request(explain: Explain) -> None:
    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append({name: value for name, value in environ.items() if "EVIL" in name})
        return reader(environ, start_response)

    with served(app) as port:
        explain(f"http://127.0.0.1:{port}/ HTTP/1.1\r\nEvil: 1\r\n\r\n")
        explain(f"http://127.0.0.1:{port}/?\nEvil: 1", "--from", "http://a/\r\nEvil: 1", "--fetch")
    assert seen
    assert seen == [{}] * len(seen)


def test_a_cookie_can_not_smuggle_a_header_into_the_next_request(explain: Explain) -> None:
    seen: list[str] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append(environ.get("HTTP_COOKIE", ""))
        assert not [name for name in environ if "EVIL" in name]
        start_response("200 OK", [("Set-Cookie", "a=\xec\x84\xb8\x85Evil: 1"), ("X", "y")])
        return [b""]

    with served(app) as port:
        assert explain(f"http://127.0.0.1:{port}/")[0] in (Exit.OK, Exit.CHECK_FAILED)
    assert len(seen) == 3


@pytest.mark.parametrize("evil", [b"\x1b]52;c;x\x07", b"\x9b2J", b"\xe2\x80\xaegnp", b"[red]x"])
def test_nothing_hostile_from_a_server_reaches_the_terminal(explain: Explain, evil: bytes) -> None:
    head = b"HTTP/1.1 200 " + evil + b"\r\nSet-Cookie: a=" + evil + b"; Path=/" + evil + b"\r\n"
    head += b"Content-Type: text/html\r\nDate: " + evil + b"\r\nContent-Length: 9\r\n\r\n" + evil
    with speaking(head) as port:
        for arguments in ((), ("--json",)):
            _, out, err = explain(f"http://127.0.0.1:{port}/", *arguments)
            bare = SGR.sub("", out + err)
            assert [each for each in bare if each != "\n" and not each.isprintable()] == []
