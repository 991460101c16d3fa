"""How fast the jar is, beside the standard library's, in the same run.

    python tests/benchmark/jar.py

1,000 cookies from 100 sites lie in both jars.  Measured are storing one Set-Cookie line and
giving one Cookie header, as medians of interleaved rounds, so that a busy machine slows both; and
the longest time that a hostile date of 64 KB took.  The exit code is 1 where our jar is slower or
such a date takes 100 ms.
"""

from __future__ import annotations

import email.message
import statistics
import sys
import time
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar

from publicsuffixlist import PublicSuffixList

from sessionlab.core.jar import Jar, RequestContext, parse_cookie_date, parse_set_cookie

_SITES = 100
_COOKIES_PER_SITE = 10
_ROUNDS = 15
_NOW = 1_767_225_600_000
_LONGEST_DATE = 0.1
"""Seconds."""

HOSTS = [f"www.site{number}.com" for number in range(_SITES)]
LINES = [
    f"name{number}=value-{number}-abcdefghijklmnop; Path=/{'app' if number % 2 else ''}; "
    "HttpOnly; SameSite=Lax; Max-Age=86400"
    for number in range(_COOKIES_PER_SITE)
]
_SUFFIXES = PublicSuffixList()


class _Response:
    """What http.cookiejar reads of a response."""

    def __init__(self, line: str) -> None:
        self._headers = email.message.Message()
        self._headers["Set-Cookie"] = line

    def info(self) -> email.message.Message:
        return self._headers


def _public_suffix(host: str) -> str | None:
    found = _SUFFIXES.publicsuffix(host)
    return found if isinstance(found, str) else None


def _fill(store: Callable[[str, str], object]) -> None:
    for host in HOSTS:
        for line in LINES:
            store(host, line)


def _per_second(work: Callable[[str, str], object]) -> float:
    start = time.perf_counter()
    for number, host in enumerate(HOSTS):
        for step in range(5):
            work(host, LINES[(number + step) % _COOKIES_PER_SITE])
    return len(HOSTS) * 5 / (time.perf_counter() - start)


def _operations() -> dict[str, dict[str, Callable[[str, str], object]]]:
    ours, theirs = Jar(_public_suffix), CookieJar()

    def our_set(host: str, line: str) -> object:
        return ours.set(line, RequestContext(f"https://{host}/app/page"), _NOW)

    def our_select(host: str, line: str) -> object:
        return ours.select(RequestContext(f"https://{host}/app/page"), _NOW)

    def their_set(host: str, line: str) -> object:
        request = urllib.request.Request(f"https://{host}/app/page")
        theirs.extract_cookies(_Response(line), request)  # type: ignore[arg-type]
        return None

    def their_header(host: str, line: str) -> object:
        request = urllib.request.Request(f"https://{host}/app/page")
        theirs.add_cookie_header(request)
        return request.get_header("Cookie")

    _fill(our_set)
    _fill(their_set)
    if len(ours) != len(theirs) or len(ours) != _SITES * _COOKIES_PER_SITE:
        raise SystemExit(f"the jars differ: {len(ours)} cookies here, {len(theirs)} there")
    return {
        "set": {"ours": our_set, "theirs": their_set},
        "get, every cookie explained": {"ours": our_select, "theirs": their_header},
    }


def compare() -> dict[str, tuple[float, float, float]]:
    """Per operation: ours and theirs a second (medians), and the median of the ratios."""
    table = {}
    for name, work in _operations().items():
        pairs = [(_per_second(work["ours"]), _per_second(work["theirs"])) for _ in range(_ROUNDS)]
        ours, theirs = zip(*pairs, strict=True)
        ratio = statistics.median(our / their for our, their in pairs)
        table[name] = (statistics.median(ours), statistics.median(theirs), ratio)
    return table


def slowest_date() -> float:
    """Seconds that the worst of some dates of 64 KB takes, read alone and in a line."""
    size = 64 * 1024
    worst = 0.0
    for piece in ("1", "1:", "1:1:1", "a", " ", "1 ", "jan ", "99:99:99 ", "1:1:1x", "\x7f", "-1"):
        text = (piece * (size // len(piece) + 1))[:size]
        for read in (
            lambda text=text: parse_cookie_date(text),
            lambda text=text: parse_set_cookie(f"a=b; Expires={text}", _NOW),
            lambda text=text: parse_set_cookie(f"a=b; Expires={text}".replace(" ", ";"), _NOW),
        ):
            start = time.perf_counter()
            read()
            worst = max(worst, time.perf_counter() - start)
    return worst


def main() -> int:
    """Print the table; 1 where a limit is missed."""
    table = compare()
    print(f"{'1,000 cookies, 100 sites':30}{'ours /s':>12}{'http.cookiejar /s':>20}{'ratio':>8}")
    for name, (ours, theirs, ratio) in table.items():
        print(f"{name:30}{ours:>12,.0f}{theirs:>20,.0f}{ratio:>8.1f}")
    longest = slowest_date()
    print(f"{'date of 64 KB, the slowest':30}{longest * 1000:>9.1f} ms")
    return int(longest > _LONGEST_DATE or any(ratio < 1 for _, _, ratio in table.values()))


if __name__ == "__main__":
    sys.exit(main())
