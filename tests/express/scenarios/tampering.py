"""What a browser may send in place of its cookie, and which of it is believed."""

from collections.abc import Iterator
from urllib.parse import quote

from .building import (
    CHANGE,
    KNOWN,
    MINUTE,
    SEE,
    Scenario,
    cookie_of,
    known,
    options,
    scenario,
    seeded,
    signature,
    signed,
    step,
    stored,
)

GOOD = cookie_of()
RAW = f"s:{KNOWN}.{signature(KNOWN)}"
MAC = signature(KNOWN)


def _flip(text: str, at: int, to: str) -> str:
    return text[:at] + to + text[at + 1 :]


def _flip_unused_bit(mac: str) -> str:
    """Other text, same octets: base64's last character holds bits that decode to nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return mac[:-1] + alphabet[alphabet.index(mac[-1]) ^ 1]


def _sent(value: str) -> str:
    return f"connect.sid={value}"


def _encoded(value: str) -> str:
    return _sent(quote(value, safe="!~*'()-_."))


HEADERS: dict[str, str | None] = {
    "no cookie": None,
    "an empty header": "",
    "the good cookie": GOOD,
    "the good cookie among others": f"a=1; {GOOD}; b=2",
    "the good cookie without a space after the semicolon": f"a=1;{GOOD};b=2",
    "the good cookie with spaces and tabs around it": (
        f"a=1; \t connect.sid \t=  {signed(KNOWN)} \t; b=2"
    ),
    "the good cookie in quotes": _sent(f'"{signed(KNOWN)}"'),
    "the good cookie with an opening quote only": _sent(f'"{signed(KNOWN)}'),
    "the good cookie with a closing quote only": _sent(f'{signed(KNOWN)}"'),
    "the good cookie in two pairs of quotes": _sent(f'""{signed(KNOWN)}""'),
    "the good cookie in single quotes": _sent(f"'{signed(KNOWN)}'"),
    "spaces inside the quotes": _sent(f'" {signed(KNOWN)} "'),
    "the value not percent-encoded": _sent(RAW),
    "lower-case hex digits": GOOD.replace("%3A", "%3a"),
    "every character percent-encoded": _sent("".join(f"%{ord(c):02X}" for c in RAW)),
    "only the dot percent-encoded": _sent(RAW.replace(".", "%2E")),
    "the colon encoded twice": GOOD.replace("%3A", "%253A"),
    "no s: prefix": _sent(KNOWN + "." + MAC),
    "S: in upper case": _encoded("S:" + KNOWN + "." + MAC),
    "the id alone": _sent(KNOWN),
    "s: alone": _sent("s%3A"),
    "s: alone, not encoded": _sent("s:"),
    "s alone": _sent("s"),
    "an empty value": _sent(""),
    "an empty value in quotes": _sent('""'),
    "one quote": _sent('"'),
    "a value of spaces": f"a=1; {_sent('   ')}; b=2",
    "no equals sign": "connect.sid",
    "no equals sign, then the good cookie": f"connect.sid; {GOOD}",
    "an equals sign alone": "=",
    "a semicolon alone": ";",
    "semicolons and the good cookie": f";;; {GOOD} ;;;",
    "another name": f"connect.sid2={signed(KNOWN)}",
    "the name in upper case": f"CONNECT.SID={signed(KNOWN)}",
    "a name that ends in the name": f"xconnect.sid={signed(KNOWN)}",
    "the name percent-encoded": f"connect%2Esid={signed(KNOWN)}",
    "the signature missing": _encoded(f"s:{KNOWN}"),
    "the signature empty": _encoded(f"s:{KNOWN}."),
    "the signature of one letter": _encoded(f"s:{KNOWN}.A"),
    "the signature cut by one": _encoded(f"s:{KNOWN}.{MAC[:-1]}"),
    "the signature longer by one": _encoded(f"s:{KNOWN}.{MAC}A"),
    "the signature's first character changed": _encoded(f"s:{KNOWN}.{_flip(MAC, 0, '!')}"),
    "the signature's last unused bits flipped": _encoded(f"s:{KNOWN}.{_flip_unused_bit(MAC)}"),
    "the signature with its padding": _encoded(f"s:{KNOWN}.{MAC}="),
    "the signature with its padding, not encoded": _sent(f"{RAW}="),
    "the signature in the url-safe alphabet": _encoded(
        f"s:{KNOWN}.{MAC.replace('+', '-').replace('/', '_')}"
    ),
    "the signature in upper case": _encoded(f"s:{KNOWN}.{MAC.upper()}"),
    "the signature in lower case": _encoded(f"s:{KNOWN}.{MAC.lower()}"),
    "the signature with a space before it": _encoded(f"s:{KNOWN}. {MAC}"),
    "the signature with a line feed after it": _encoded(f"s:{KNOWN}.{MAC}\n"),
    "the signature with a NUL after it": _encoded(f"s:{KNOWN}.{MAC}\0"),
    "a plus sign read as a space": GOOD.replace("%2B", "%20"),
    "another id under the signature": _encoded(f"s:other.{MAC}"),
    "the id changed by one letter": _encoded(f"s:{KNOWN.upper()}.{MAC}"),
    "a dot more before the signature": _encoded(f"s:{KNOWN}..{MAC}"),
    "the id and the signature swapped": _encoded(f"s:{MAC}.{KNOWN}"),
    "signed with another secret": cookie_of(secret="dog"),
    "signed with an empty secret": cookie_of(secret=""),
    "signed with the secret and a space": cookie_of(secret="keyboard cat "),
    "an unknown id, rightly signed": cookie_of("invented"),
    "an empty id, rightly signed": cookie_of(""),
    "an id with dots, rightly signed": cookie_of("a.b.c"),
    "an id with a path, rightly signed": cookie_of("../../etc/passwd"),
    "an id with a semicolon, rightly signed": cookie_of("a;b"),
    "an id with a space, rightly signed": cookie_of("a b"),
    "an id with a NUL, rightly signed": cookie_of("a\0b"),
    "an id in Korean, rightly signed": cookie_of("세션"),
    "an id of an emoji, rightly signed": cookie_of("🍪"),
    "an id that starts with s:, rightly signed": cookie_of("s:known-one"),
    "a good cookie, then a bad one": f"{GOOD}; {_sent('bad')}",
    "a bad cookie, then a good one": f"{_sent('bad')}; {GOOD}",
    "a wrongly signed cookie, then a good one": f"{_encoded(f's:{KNOWN}.AAAA')}; {GOOD}",
    "an empty cookie, then a good one": f"{_sent('')}; {GOOD}",
    "an unknown id, then a good one": f"{cookie_of('invented')}; {GOOD}",
    "a good cookie twice": f"{GOOD}; {GOOD}",
    "two good cookies of two sessions": f"{cookie_of('second')}; {GOOD}",
    "%FF": _sent("%FF"),
    "%FF at the end of the good cookie": GOOD + "%FF",
    "a broken percent sign at the end": GOOD + "%",
    "a broken percent sign, not encoded otherwise": _sent(RAW + "%"),
    "a percent sign and one digit": GOOD + "%4",
    "a percent sign and no digits": _sent("s%ZZ" + RAW[1:]),
    "overlong UTF-8": _sent("%C0%AE" + KNOWN),
    "a surrogate in UTF-8": _sent("s%3A%ED%A0%80." + MAC),
    "UTF-8 cut short": _sent("s%3A%E2%82." + MAC),
    "%u0073": _sent("%u0073%3A" + KNOWN + "." + MAC),
    "octets beyond ASCII": _sent("s:\xe9\xff." + MAC),
    "octets beyond ASCII and a percent sign": _sent("s%3A\xe9\xff." + MAC),
    "octets beyond ASCII in another cookie": f"a=\xed\x95\x9c; {GOOD}",
    "octets beyond ASCII, rightly signed": _sent("s:\xe9." + signature("\xe9")),
    "a no-break space before the name": f"a=1; \xa0connect.sid={signed(KNOWN)}",
    "a no-break space after the name": f"a=1; connect.sid\xa0={signed(KNOWN)}",
    "another character for the colon": _encoded(f"s.{KNOWN}.{MAC}"),
    "a no-break space before the value": _sent("\xa0" + signed(KNOWN)),
    "a very long value": _sent("s%3A" + "A" * 9000),
    "a very long id, rightly signed": cookie_of("x" * 5000),
    "a thousand other cookies before": "; ".join(f"c{n}={n}" for n in range(1000)) + "; " + GOOD,
    "commas instead of semicolons": f"a=1, {GOOD}",
    "a comma after the good cookie": GOOD + ", b=2",
    "s%3A%2E and the signature of the empty id": _sent("s%3A%2E" + quote(signature(""), safe="")),
    "s%3A%2E": _sent("s%3A%2E"),
    "s%3A%2E%2E": _sent("s%3A%2E%2E"),
    "two equals signs": _sent("=" + signed(KNOWN)),
    "attributes sent back": GOOD + "; Path=/; HttpOnly",
    "the old $Version syntax": f"$Version=1; {GOOD}; $Path=/",
    "a JSON cookie": _encoded('j:{"id":"known-one"}'),
    "j: and a signed value": _encoded("j:" + KNOWN + "." + MAC),
    "a cookie called __proto__ first": f"__proto__=x; {GOOD}",
    "a cookie called toString first": f"toString=x; {GOOD}",
}


def scenarios() -> Iterator[Scenario]:
    store = {"seed": [[KNOWN, stored()], ["second", stored(data='"num":2')]]}
    for what, header in HEADERS.items():
        yield scenario(
            f"sent: {what}",
            options(),
            step(SEE, ["set", ["seen"], True], cookie=header),
            step(SEE, cookie=header),
            store=store,
        )
    yield from _rotation()
    for name in ("a+b", "a b", "a=b", "a;b", "한글", "%41", "a%20b", '"q"', "sid "):
        header = f"x=1; {name}={signed(KNOWN)}; y=2".encode().decode("latin-1")
        yield scenario(
            f"sent: a cookie of the name {name!r}, which options ask for",
            options(name=name),
            step(SEE, CHANGE, cookie=header),
            store=store,
        )


def _rotation() -> Iterator[Scenario]:
    both = ["new", "old"]
    for what, secrets, signer in (
        ("the first of two secrets", both, "new"),
        ("the second of two secrets", both, "old"),
        ("a secret that is gone", ["new"], "old"),
    ):
        for handler, actions in (("does nothing", []), ("changes", [CHANGE])):
            for kind, rolling, max_age in (
                ("plain", False, None),
                ("rolling", True, None),
                ("expiring", False, MINUTE),
            ):
                yield scenario(
                    f"signed with {what}, handler {handler}, {kind}",
                    options(secret=secrets, rolling=rolling),
                    step(*actions, cookie=cookie_of(secret=signer)),
                    step(SEE),
                    store=seeded(stored(max_age)),
                )
    for what, secrets, signer in (
        ("the third of three secrets", ["a", "b", "old"], "old"),
        ("a secret in Korean", ["비밀"], "비밀"),
        ("a secret of 100 characters", ["k" * 100], "k" * 100),
        ("a secret of 64 characters", ["k" * 64], "k" * 64),
        ("the same secret twice", ["old", "old"], "old"),
        ("a secret with an emoji", ["🍪"], "🍪"),
        ("an empty secret in the list", ["", "old"], ""),
        ("an empty secret that is not in the list", ["old"], ""),
    ):
        yield scenario(
            f"signed with {what}",
            options(secret=secrets, rolling=True),
            step(SEE, cookie=cookie_of(secret=signer)),
            step(SEE),
            store=seeded(),
        )
    yield scenario(
        "rotation: a session outlives its secret and is signed with the next on regenerate",
        options(secret=both),
        step(["regenerate"], ["set", ["user"], "Ann"], cookie=cookie_of(secret="old")),
        step(SEE),
        known(SEE),
        store=seeded(),
    )
