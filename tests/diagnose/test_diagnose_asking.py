"""Asking over real sockets: whatever answers, and however slowly, it ends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionlab.diagnose import ask
from sessionlab.diagnose.address import read_address
from sessionlab.diagnose.ask import Network, Trouble, Unreachable, words_of
from sessionlab.http.client import Answer
from tests import PATIENCE

from .support import CERTIFICATE, counter, reader, served

SHORT = 0.2


@contextmanager
def speaking(*pieces: bytes, drip: bytes | None = None, hold: bool = False) -> Iterator[int]:
    """A server that reads a request and says this; ``drip`` comes again and again after that."""
    ended = Event()

    def run() -> None:
        with listening, listening.accept()[0] as connection:
            connection.recv(65536)
            try:
                for piece in pieces:
                    connection.sendall(piece)
                while drip and not ended.wait(0.01):
                    connection.sendall(drip)
            except OSError:
                return
            if hold:
                ended.wait(PATIENCE)

    listening = socket.create_server(("127.0.0.1", 0))
    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        ended.set()
        thread.join(PATIENCE)


def asked(port: int, scheme: str = "http", **more: Any) -> Answer:
    address = read_address(f"{scheme}://127.0.0.1:{port}/")
    return Network(**{"patience": PATIENCE} | more)(address, "GET", {})


def trouble(port: int, scheme: str = "http", **more: Any) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        asked(port, scheme, **more)
    return caught.value


def test_an_answer_is_read_with_all_its_set_cookie_lines() -> None:
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=\xec\x84\xb8\r\nX: y\r\n"
    with speaking(head + b"Content-Length: 2\r\nContent-Type: text/plain\r\n\r\nhi") as port:
        found = asked(port)
    assert (found.status, found.phrase, found.body, found.is_whole) == (200, "OK", b"hi", True)
    assert found.all("Set-Cookie") == ["a=1", "b=\xec\x84\xb8"]
    assert found.first("missing") is None


@pytest.mark.parametrize(
    ("content_type", "body", "words"),
    [
        ("text/html", "<head><title>t</title></head><h1>1번&nbsp;접속</h1>\n<p>b", "1번 접속 b"),
        ("text/html", "<script>x()</script><!-- c -->a<b>c", "a c"),
        ("text/plain; charset=utf-8", " a\n\n b ", "a b"),
        ("application/json", '{"a": 1}', '{"a": 1}'),
        ("text/plain", "x" * 500, "x" * 80 + "…"),
        ("text/plain", "", None),
        ("image/png", "abc", None),
        ("", "abc", None),
        ("text/html", f"<script>{'x' * 8192}</script>a", "x" * 80 + "…"),  # its end is not read
    ],
)
def test_the_beginning_of_a_body_is_read_as_text(
    content_type: str, body: str, words: str | None
) -> None:
    answer = Answer(200, "OK", (("Content-Type", content_type),), body.encode())
    assert words_of(answer) == words


@pytest.mark.parametrize(
    "said",
    [b"", b"SSH-2.0-OpenSSH\r\n", b"\x00\xff\xfe", b"HTTP/1.1 abc\r\n\r\n", b"220 ready\r\n"],
)
def test_a_server_that_does_not_speak_http_is_recognised(said: bytes) -> None:
    with speaking(said) as port:
        assert trouble(port).trouble is Trouble.NOT_HTTP


def test_endless_headers_are_not_read_forever() -> None:
    with speaking(b"HTTP/1.1 200 OK\r\n", *[b"a: b\r\n"] * 200, hold=True) as port:
        assert trouble(port).trouble is Trouble.NOT_HTTP
    with speaking(b"HTTP/1.1 200 OK\r\na: ", b"b" * 100_000, hold=True) as port:
        assert trouble(port).trouble is Trouble.NOT_HTTP


@pytest.mark.parametrize(
    ("pieces", "drip"),
    [((), None), ((b"HTTP/1.1 200 OK\r\n",), b"a"), ((b"HTTP/1.1 200 OK\r\n",), None)],
)
def test_headers_that_do_not_end_run_into_the_time_limit(
    pieces: tuple[bytes, ...], drip: bytes | None
) -> None:
    with speaking(*pieces, drip=drip, hold=True) as port:
        assert trouble(port, patience=SHORT).trouble is Trouble.TIMEOUT


def test_a_body_that_does_not_end_is_cut_and_not_whole() -> None:
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Type: text/event-stream\r\n\r\n"
    patience = SHORT
    while True:
        with speaking(head, b"data: 1\n\n", drip=b"x") as port:
            try:
                found = asked(port, patience=patience)
                break
            except Unreachable:  # a busy machine, which takes longer for the headers alone
                patience *= 10
                assert patience < PATIENCE
    assert not found.is_whole
    assert found.all("set-cookie") == ["a=1"]


def test_a_very_long_body_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "LARGEST_BODY", 1000)
    with speaking(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 200_000) as port:
        assert not asked(port).is_whole


def test_a_body_shorter_than_announced_is_not_whole_but_its_headers_count() -> None:
    with speaking(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 9\r\n\r\nhi") as port:
        found = asked(port)
    assert (found.all("Set-Cookie"), found.is_whole) == (["a=1"], False)


def test_a_port_without_a_server_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert trouble(port).trouble is Trouble.REFUSED


def test_an_unknown_host_name_is_recognised() -> None:
    with pytest.raises(Unreachable) as caught:
        Network()(read_address("http://nowhere.invalid/"), "GET", {})
    assert caught.value.trouble is Trouble.NO_SUCH_HOST


def test_a_certificate_is_checked_unless_the_user_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with served(reader, tls=True) as port:
        assert trouble(port, "https").trouble is Trouble.CERTIFICATE
        assert asked(port, "https", insecure=True).status == 200
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert asked(port, "https").status == 200


def test_https_to_a_server_without_tls_is_recognised() -> None:
    with speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        assert trouble(port, "https").trouble is Trouble.NOT_TLS


def test_a_tls_handshake_that_does_not_end_runs_into_the_time_limit() -> None:
    with speaking(hold=True) as port:
        assert trouble(port, "https", patience=SHORT).trouble is Trouble.TIMEOUT


def test_the_request_has_the_host_and_the_target_of_the_url() -> None:
    seen: list[str] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.extend([environ["HTTP_HOST"], environ["RAW_URI"], environ["HTTP_COOKIE"]])
        return reader(environ, start_response)

    with served(app) as port:
        network = Network(connect_to=lambda host, _: ("127.0.0.1", port))
        network(read_address("http://가게.example:81/a b?c"), "GET", {"Cookie": "a=b"})
    assert seen == ["xn--o39akk.example:81", "/a%20b?c", "a=b"]


@settings(max_examples=50)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_an_answer_or_a_trouble(said: bytes, is_answer: bool) -> None:
    with speaking((b"HTTP/1.1 200 OK\r\n" if is_answer else b"") + said) as port:
        try:
            found: object = asked(port)
        except Unreachable as error:
            found = error.trouble
    assert isinstance(found, Answer) or found in (Trouble.NOT_HTTP, Trouble.SYSTEM)


def test_an_application_is_asked_over_a_real_socket() -> None:
    with served(counter) as port:
        assert asked(port).status == 500
