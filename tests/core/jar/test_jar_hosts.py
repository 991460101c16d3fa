"""Hosts, URLs, paths and sites are compared as browsers compare them."""

from __future__ import annotations

import pytest

from sessionlab.core.jar import InvalidUrl, PartitionKey, Relation, RequestContext, Sites
from sessionlab.core.jar.hosts import (
    canonical_host,
    default_path,
    domain_match,
    is_ip,
    is_loopback,
    parse_url,
    path_match,
)
from sessionlab.core.jar.request import Api

from .support import suffixes


@pytest.mark.parametrize(
    ("url", "scheme", "host", "path"),
    [
        ("http://A.Test", "http", "a.test", "/"),
        ("HTTPS://user:pass@a.test:8443/x/y?q=/z#f", "https", "a.test", "/x/y"),
        ("ws://a.test/x", "http", "a.test", "/x"),
        ("wss://a.test?x", "https", "a.test", "/"),
        ("http://a.test\\x\\y", "http", "a.test", "/x/y"),
        ("http://[::0001]:80/x", "http", "[::1]", "/x"),
        ("http://www.Bücher.test/", "http", "www.xn--bcher-kva.test", "/"),
        ("http://bücher。test/", "http", "xn--bcher-kva.test", "/"),
        ("ftp://a.test/x", "ftp", "a.test", "/x"),
        ("file:///x", "file", "", "/x"),
    ],
)
def test_a_url_is_taken_apart(url: str, scheme: str, host: str, path: str) -> None:
    target = parse_url(url)
    assert (target.scheme, target.host, target.path) == (scheme, host, path)


@pytest.mark.parametrize(
    "url", ["", "/path", "a.test/x", "http:///x", "https://:80/", "http://[::1"]
)
def test_what_is_no_absolute_url_is_refused_by_name(url: str) -> None:
    with pytest.raises(InvalidUrl, match="write it as http://host/path") as caught:
        parse_url(url)
    assert caught.value.url == url


@pytest.mark.parametrize("host", ["[X::Y::Z]", "[::1", "::1]"])
def test_a_host_with_brackets_that_is_no_address_is_kept_as_it_is(host: str) -> None:
    assert canonical_host(host) == host.lower()


def test_full_width_letters_are_plain_letters() -> None:
    assert canonical_host("ｅｘａｍｐｌｅ.test") == "example.test"


@pytest.mark.parametrize("host", ["1.2.3.4", "255.255.255.255", "::1", "[::1]", "::ffff:1.2.3.4"])
def test_an_address_is_an_address(host: str) -> None:
    assert is_ip(host)


@pytest.mark.parametrize(
    "host", ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "a.1.2.3.4", "a:b", "::x"]
)
def test_a_name_is_no_address(host: str) -> None:
    assert not is_ip(host)


@pytest.mark.parametrize(
    "host", ["localhost", "localhost.", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"]
)
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["localhost.test", "127.test", "notlocalhost", "128.0.0.1", "[::2]"]
)
def test_other_machines_are_no_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("host", "domain", "expected"),
    [
        ("a.test", "a.test", True),
        ("www.a.test", "a.test", True),
        ("a.test", "www.a.test", False),
        ("xa.test", "a.test", False),
        ("1.2.3.4", "1.2.3.4", True),
        ("1.2.3.4", "3.4", False),
        ("a.test", "", False),
        ("a.", "", False),
    ],
)
def test_a_domain_covers_itself_and_what_lies_below(host: str, domain: str, expected: bool) -> None:
    assert domain_match(host, domain) is expected


@pytest.mark.parametrize(
    ("path", "cookie_path", "expected"),
    [
        ("/a/b", "/", True),
        ("/a/b", "/a", True),
        ("/a/b", "/a/", True),
        ("/a/b", "/a/b", True),
        ("/ab", "/a", False),
        ("/a", "/a/", False),
        ("/A", "/a", False),
    ],
)
def test_a_path_covers_itself_and_what_lies_below(
    path: str, cookie_path: str, expected: bool
) -> None:
    assert path_match(path, cookie_path) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/", "/"), ("/a", "/"), ("/a/", "/a"), ("/a/b", "/a"), ("", "/"), ("x/y", "/"), ("x", "/")],
)
def test_the_default_path_is_the_directory(path: str, expected: str) -> None:
    assert default_path(path) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.a.example.co.uk", "example.co.uk"),
        ("example.co.uk.", "example.co.uk."),
        ("co.uk", "co.uk"),
        ("www.city.kobe.jp", "city.kobe.jp"),
        ("me.github.io", "me.github.io"),
        ("localhost", "localhost"),
        ("1.2.3.4", "1.2.3.4"),
        ("[::1]", "[::1]"),
        ("", ""),
        (".", "."),
    ],
)
def test_the_registrable_domain_is_what_somebody_owns(host: str, expected: str) -> None:
    assert Sites(suffixes()).registrable_domain(host) == expected


def test_a_list_without_an_answer_leaves_the_last_label() -> None:
    assert Sites(lambda host: None).registrable_domain("www.a.test") == "a.test"


def test_the_hosts_met_do_not_pile_up_without_end() -> None:
    asked: list[str] = []

    def public_suffix(host: str) -> str:
        asked.append(host)
        return "test"

    sites = Sites(public_suffix)
    for number in range(5000):
        assert sites.registrable_domain(f"www.a{number}.test") == f"a{number}.test"
    sites.registrable_domain("www.a0.test")
    assert asked.count("www.a0.test") == 2  # forgotten once, so that the memory is bounded
    sites.registrable_domain("www.a4999.test")
    assert asked.count("www.a4999.test") == 1


def test_the_requests_met_do_not_pile_up_without_end() -> None:
    sites = Sites(suffixes())
    first = RequestContext("https://www.a.test/0")
    worked_out = sites.resolve(first)
    assert sites.resolve(RequestContext("https://www.a.test/0")) is worked_out
    for number in range(1, 5000):
        sites.resolve(RequestContext(f"https://www.a.test/{number}"))
    assert sites.resolve(first) is not worked_out
    assert sites.resolve(first) == worked_out


_PAGE = "https://www.a.test/page"
_OTHER = "https://b.test/"


@pytest.mark.parametrize(
    ("context", "relation"),
    [
        (RequestContext(_PAGE), Relation.SAME_SITE),
        (RequestContext(_PAGE, initiator="https://x.a.test/"), Relation.SAME_SITE),
        (RequestContext(_PAGE, initiator="http://www.a.test/"), Relation.CROSS_SITE_NAVIGATION),
        (RequestContext(_PAGE, initiator=_OTHER), Relation.CROSS_SITE_NAVIGATION),
        (RequestContext(_PAGE, initiator="null"), Relation.CROSS_SITE_NAVIGATION),
        (
            RequestContext(_PAGE, method="post", initiator=_OTHER),
            Relation.CROSS_SITE_UNSAFE_NAVIGATION,
        ),
        (RequestContext(_PAGE, method="head", initiator=_OTHER), Relation.CROSS_SITE_NAVIGATION),
        (RequestContext(_PAGE, top_level=False), Relation.SAME_SITE),
        (RequestContext(_PAGE, top_level=False, initiator=_OTHER), Relation.CROSS_SITE),
        (RequestContext(_PAGE, top_level=False, top_level_url=_OTHER), Relation.CROSS_SITE),
        (
            RequestContext(_PAGE, top_level=False, top_level_url=_PAGE, initiator=_OTHER),
            Relation.CROSS_SITE,
        ),
        (
            RequestContext(_PAGE, top_level=False, top_level_url=_PAGE, cross_site_ancestor=True),
            Relation.CROSS_SITE,
        ),
        (
            RequestContext("wss://a.test/", top_level=False, top_level_url=_PAGE),
            Relation.SAME_SITE,
        ),
        (
            RequestContext(_PAGE, top_level=False, top_level_url=_OTHER, api=Api.DOM),
            Relation.CROSS_SITE,
        ),
        (RequestContext(_PAGE, initiator=_OTHER, api=Api.DOM), Relation.SAME_SITE),
    ],
)
def test_a_request_stands_to_its_site_as_it_was_started(
    context: RequestContext, relation: Relation
) -> None:
    assert Sites(suffixes()).resolve(context).relation is relation


@pytest.mark.parametrize(
    ("context", "partition"),
    [
        (RequestContext(_PAGE, initiator=_OTHER), PartitionKey("https://a.test", False)),
        (
            RequestContext(_PAGE, top_level=False, top_level_url=_OTHER),
            PartitionKey("https://b.test", True),
        ),
        (
            RequestContext(_PAGE, top_level=False, top_level_url=_PAGE, cross_site_ancestor=True),
            PartitionKey("https://a.test", True),
        ),
    ],
)
def test_the_partition_is_the_site_in_the_address_bar(
    context: RequestContext, partition: PartitionKey
) -> None:
    assert Sites(suffixes()).resolve(context).partition == partition
