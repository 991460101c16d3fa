"""Whether a request came over TLS, and who is believed to say so."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix

from sessionlab import CookieOptions

from .visiting import Environ, Site, count, doing

pytestmark = pytest.mark.filterwarnings("error")

SECURE = CookieOptions(secure=True)

# trust_proxy, the scheme of the connection, X-Forwarded-Proto, whether it counts as TLS
TRUST: dict[str, tuple[bool | None, str, str | None, bool]] = {
    "plain http": (None, "http", None, False),
    "TLS": (None, "https", None, True),
    "TLS, trusting nobody": (False, "https", None, True),
    "TLS, trusting the proxy": (True, "https", None, True),
    "TLS counts, whatever the proxy says": (True, "https", "http", True),
    "a header that nobody was told to trust": (None, "http", "https", False),
    "a header that is not to be trusted": (False, "http", "https", False),
    "a header that is trusted": (True, "http", "https", True),
    "no header to trust": (True, "http", None, False),
    "an empty header": (True, "http", "", False),
    "a trusted header that says http": (True, "http", "http", False),
    "the first of several values": (True, "http", "https, http", True),
    "not the second": (True, "http", "http, https", False),
    "an empty first value": (True, "http", ", https", False),
    "in capitals": (True, "http", "HTTPS", True),
    "with blanks around": (True, "http", " \thttps\t , http", True),
    "something like it": (True, "http", "https2", False),
}


def headers(forwarded: str | None) -> dict[str, Any]:
    return {} if forwarded is None else {"environ": {"HTTP_X_FORWARDED_PROTO": forwarded}}


@pytest.mark.parametrize(("trust", "scheme", "forwarded", "secure"), TRUST.values(), ids=TRUST)
def test_a_secure_cookie_goes_over_what_counts_as_tls(
    trust: bool | None, scheme: str, forwarded: str | None, secure: bool
) -> None:
    site = Site(doing(count), trust_proxy=trust, cookie=SECURE)
    answer = site.visit(base_url=f"{scheme}://localhost/", **headers(forwarded))
    assert len(answer.set_cookies) == secure
    assert len(site.store) == 1, "the session is saved in any case"


@pytest.mark.parametrize(("trust", "scheme", "forwarded", "secure"), TRUST.values(), ids=TRUST)
def test_auto_is_decided_by_what_counts_as_tls(
    trust: bool | None, scheme: str, forwarded: str | None, secure: bool
) -> None:
    auto = CookieOptions(secure="auto", same_site="auto")
    site = Site(doing(count), trust_proxy=trust, cookie=auto)
    answer = site.visit(base_url=f"{scheme}://localhost/", **headers(forwarded))
    (line,) = answer.set_cookies
    end = "; HttpOnly; Secure; SameSite=None" if secure else "; HttpOnly; SameSite=Lax"
    assert line.endswith(end)
    stored = site.store.get(answer.session_id).attributes
    assert (stored.secure, stored.same_site) == (secure, "none" if secure else "lax")


def test_auto_of_a_cookie_function_is_decided_too_where_express_session_does_not() -> None:
    site = Site(doing(count), cookie=lambda environ: CookieOptions(secure="auto"))
    assert site.visit().set_cookies[0].endswith("; HttpOnly")
    assert site.visit(base_url="https://localhost/").set_cookies[0].endswith("; HttpOnly; Secure")


def test_auto_is_decided_when_the_session_begins_and_kept_with_it() -> None:
    site = Site(doing(count), rolling=True, cookie=CookieOptions(secure="auto"))
    secure = site.visit(base_url="https://localhost/").cookie
    assert site.visit(cookie=secure).set_cookies == [], "secure for ever: not over http"
    plain = site.visit().cookie
    (line,) = site.visit(cookie=plain, base_url="https://localhost/").set_cookies
    assert "Secure" not in line


# ---- Werkzeug's ProxyFix in front, which has the framework believe the proxy

# trust_proxy, the scheme of the connection, whether it counts as TLS behind a proxy that says so
BEHIND_PROXY_FIX: dict[str, tuple[bool | None, str, bool]] = {
    "as the framework has it": (None, "http", True),
    "trusted here, too": (True, "http", True),
    "trusted there, but not here": (False, "http", False),
    "TLS between the two as well": (False, "https", True),
}


@pytest.mark.parametrize(
    ("trust", "scheme", "secure"), BEHIND_PROXY_FIX.values(), ids=BEHIND_PROXY_FIX
)
def test_a_trusted_proxy_is_a_matter_of_the_framework(
    trust: bool | None, scheme: str, secure: bool
) -> None:
    schemes: list[str] = []

    def app(environ: Environ) -> int:
        schemes.append(environ["wsgi.url_scheme"])
        return count(environ)

    site = Site(doing(app), trust_proxy=trust, cookie=SECURE)
    site.application = ProxyFix(site.application)
    answer = site.visit(base_url=f"{scheme}://localhost/", **headers("https"))
    assert schemes == ["https"], "the application believes the proxy in any case"
    assert len(answer.set_cookies) == secure


def test_a_proxy_that_says_http_is_believed_by_the_framework() -> None:
    site = Site(doing(count), cookie=SECURE)
    site.application = ProxyFix(site.application)
    assert site.visit(**headers("http")).set_cookies == []
