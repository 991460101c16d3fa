"""The jar answers as the public suites ask (web-platform-tests, http-state, browsers, curl, Go).

The key of an uncontested case is RFC 6265bis's answer where the suite differs from it; a
contested case accepts any answer that is listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from sessionlab.core.jar import Api, Jar, RequestContext, Sites, parse_cookie_date
from sessionlab.core.jar.hosts import canonical_host, default_path, domain_match, path_match

from .support import NOW, SHARED, new_jar, read_shared, suffixes

_JAR_CASES = read_shared("cookiejar_cases.json")
_ALGORITHMS = read_shared("cookie_algorithm_cases.json")

pytestmark = pytest.mark.skipif(
    _JAR_CASES is None or _ALGORITHMS is None,
    reason=f"the public suites are not at {SHARED} (SESSIONLAB_SHARED names another folder)",
)

_CASES: list[Mapping[str, Any]] = _JAR_CASES["cases"] if _JAR_CASES else []


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in _CASES])
def test_a_case_of_a_public_suite(case: Mapping[str, Any]) -> None:
    options = case.get("options", {})
    rules = options.get("public_suffixes")
    jar = Jar(suffixes(tuple(rules) if rules else None))
    now = _milliseconds(case["now"]) if "now" in case else NOW
    contested = "contested" in case
    for step in case["steps"]:
        match step["op"]:
            case "set":
                _play_set(jar, step, now, contested)
            case "get":
                _play_get(jar, step, now, contested)
            case "dump":
                _play_dump(jar, step, now, contested)
            case "advance":
                now += round(step["seconds"] * 1000)
            case other:
                pytest.fail(f"a step of an unknown kind: {other}")


def _play_set(jar: Jar, step: Mapping[str, Any], now: int, contested: bool) -> None:
    stored = [jar.set(line, _context(step), now).accepted for line in step["set_cookie"]]
    expected = step.get("bis_expect_stored", step.get("expect_stored"))
    if expected is not None and not contested:
        assert stored == expected


def _play_get(jar: Jar, step: Mapping[str, Any], now: int, contested: bool) -> None:
    selection = jar.select(_context(step), now)
    allowed = [step.get("bis_expected_cookie", step["expected_cookie"])]
    if contested:
        allowed += step["accept"]
    got = selection.header
    if step.get("match") == "set":
        assert sorted(got.split("; ")) in [sorted(each.split("; ")) for each in allowed]
    else:
        assert got in allowed


def _play_dump(jar: Jar, step: Mapping[str, Any], now: int, contested: bool) -> None:
    allowed = [step.get("bis_expected", step["expected"])]
    if contested:
        allowed.append(step["expected"])
    assert sorted(cookie.pair for cookie in jar.cookies(now)) in allowed


def _context(step: Mapping[str, Any]) -> RequestContext:
    given = step["context"]
    initiator = given.get("initiator")
    if initiator is None and not given["same_site"]:
        initiator = "https://elsewhere.invalid/"
    top = given.get("top_level_url") or given.get("partition_key")
    return RequestContext(
        url=step["url"],
        method=step.get("method", "GET"),
        initiator=initiator,
        top_level=given["top_level_navigation"],
        top_level_url=top,
        api=Api(step["api"]),
    )


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _algorithm(name: str) -> list[Any]:
    rows = _ALGORITHMS[name] if _ALGORITHMS else []
    return [pytest.param(row, id=f"{name}-{number}") for number, row in enumerate(rows, 1)]


@pytest.mark.parametrize("row", _algorithm("dates"))
def test_a_cookie_date(row: Mapping[str, Any]) -> None:
    expected = None if row["epoch"] is None else row["epoch"] * 1000
    assert parse_cookie_date(row["input"]) == expected


@pytest.mark.parametrize("row", _algorithm("domain_match"))
def test_a_domain_match(row: Mapping[str, Any]) -> None:
    domain = row["cookie_domain"]
    if len(domain) > 1:
        domain = domain.removeprefix(".")
    assert domain_match(canonical_host(row["host"]), canonical_host(domain)) is row["match"]


@pytest.mark.parametrize("row", _algorithm("path_match"))
def test_a_path_match(row: Mapping[str, Any]) -> None:
    assert path_match(row["request"], row["cookie"]) is row["match"]


@pytest.mark.parametrize("row", _algorithm("default_path"))
def test_a_default_path(row: Mapping[str, Any]) -> None:
    assert default_path(row["path"]) == row["default"]


@pytest.mark.parametrize("row", _algorithm("hidden_prefix"))
def test_a_prefix_hidden_in_a_nameless_value(row: Mapping[str, Any]) -> None:
    verdict = new_jar().set("=" + row["value"], RequestContext("https://a.test/"), NOW)
    assert ("prefix-in-nameless-value" in verdict.reasons) is row["hidden"]


@pytest.mark.parametrize("row", _algorithm("public_suffix"))
def test_a_registrable_domain(row: Mapping[str, Any]) -> None:
    host = "" if row["host"] is None else canonical_host(row["host"])
    domain = Sites(suffixes()).registrable_domain(host)
    labels = host.split(".")
    # The suite says null for what is no domain name and for a public suffix itself.
    found = None if "" in labels or suffixes()(host) == host else domain
    expected = row["registrable"] and canonical_host(row["registrable"])
    assert found == expected
