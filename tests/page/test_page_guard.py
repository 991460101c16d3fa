"""Who may ask for what: host names, addresses, other sites' pages."""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab.page.guard import HostGuard, is_loopback, name_of
from sessionlab.page.refusal import Refused


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("LocalHost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
    ],
)
def test_only_loopback_addresses_mean_this_machine(address: str, loopback: bool) -> None:
    assert is_loopback(address) == loopback


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1", "localhost"),
        ("0.0.0.0", "localhost"),
        ("::", "localhost"),
        ("::1", "[::1]"),
        ("127.0.0.2", "127.0.0.2"),
        ("lab.example", "lab.example"),
    ],
)
def test_a_url_names_the_server_so_that_a_browser_finds_it(host: str, name: str) -> None:
    assert name_of(host) == name


def refusal(guard: HostGuard, ask: str, **environ: Any) -> str | None:
    """The code with which a request is refused; None: it is let in."""
    local = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:3000"}
    request = {k: v for k, v in (local | environ).items() if v is not None}
    try:
        (guard.check_host if ask == "demo" else guard.check_view)(request)
    except Refused as refused:
        return refused.code
    return None


OWN = ["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "LOCALHOST:3000"]
FOREIGN = [
    "evil.example",
    "evil.example:3000",
    "localhost",
    "localhost:3001",
    "localhost:3000,evil.example",
    "localhost:3000.evil.example",
    "localhost:3000@evil.example",
    "localhost.:3000",
    "127.0.0.1",
    "::1:3000",
    " localhost:3000",
]


@pytest.mark.parametrize("ask", ["demo", "view"])
@pytest.mark.parametrize(
    ("host", "code"),
    [(host, None) for host in OWN]
    + [(host, "host") for host in FOREIGN]
    + [(None, "no-host"), ("", "no-host")],
)
def test_a_server_on_loopback_answers_to_its_own_names_only(
    ask: str, host: str | None, code: str | None
) -> None:
    assert refusal(HostGuard("127.0.0.1", 3000), ask, HTTP_HOST=host) == code


@pytest.mark.parametrize(
    ("bound", "host"), [("127.0.0.2", "127.0.0.2:3000"), ("::1", "[::1]:3000")]
)
def test_the_address_that_it_is_bound_to_is_its_own_name_too(bound: str, host: str) -> None:
    assert refusal(HostGuard(bound, 3000), "demo", HTTP_HOST=host) is None


def test_on_port_80_a_host_needs_no_port() -> None:
    assert refusal(HostGuard("127.0.0.1", 80), "demo", HTTP_HOST="localhost") is None
    assert refusal(HostGuard("127.0.0.1", 80), "demo", HTTP_HOST="localhost:80") is None
    assert refusal(HostGuard("127.0.0.1", 80), "demo", HTTP_HOST="evil.example") == "host"


@pytest.mark.parametrize("bound", ["0.0.0.0", "::", "192.0.2.7", "lab.example"])
def test_a_public_server_shows_the_demo_to_all_and_the_view_to_its_machine_alone(
    bound: str,
) -> None:
    guard = HostGuard(bound, 3000)
    assert refusal(guard, "demo", HTTP_HOST="lab.example:3000", REMOTE_ADDR="192.0.2.9") is None
    assert refusal(guard, "view", HTTP_HOST="lab.example:3000", REMOTE_ADDR="192.0.2.9") == (
        "loopback"
    )
    assert refusal(guard, "view", REMOTE_ADDR="192.0.2.9") == "loopback"
    assert refusal(guard, "view", HTTP_HOST="lab.example:3000") == "host"
    assert refusal(guard, "view") is None


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("HTTP_SEC_FETCH_SITE", "same-origin", None),
        ("HTTP_SEC_FETCH_SITE", "none", None),
        ("HTTP_SEC_FETCH_SITE", "same-site", "cross-origin"),
        ("HTTP_SEC_FETCH_SITE", "cross-site", "cross-origin"),
        ("HTTP_SEC_FETCH_SITE", "nonsense", "cross-origin"),
        ("HTTP_ORIGIN", "http://localhost:3000", None),
        ("HTTP_ORIGIN", "http://127.0.0.1:3000", "cross-origin"),
        ("HTTP_ORIGIN", "http://localhost:3001", "cross-origin"),
        ("HTTP_ORIGIN", "https://localhost:3000", "cross-origin"),
        ("HTTP_ORIGIN", "http://evil.example", "cross-origin"),
        ("HTTP_ORIGIN", "null", "cross-origin"),
        ("HTTP_ORIGIN", "", "cross-origin"),
        ("HTTP_X_FORWARDED_FOR", "192.0.2.9", "loopback"),
        ("HTTP_X_FORWARDED_HOST", "evil.example", "loopback"),
        ("HTTP_FORWARDED", "for=192.0.2.9", "loopback"),
        ("HTTP_VIA", "1.1 proxy", "loopback"),
    ],
)
def test_the_view_answers_no_other_site_s_page_and_nobody_behind_a_proxy(
    header: str, value: str, code: str | None
) -> None:
    guard = HostGuard("127.0.0.1", 3000)
    assert refusal(guard, "view", **{header: value}) == code
    assert refusal(guard, "demo", **{header: value}) is None
