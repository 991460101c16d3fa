"""Records that somebody else wrote, and data of every kind: what is read, and what is written."""

from collections.abc import Iterator

from .building import (
    CHANGE,
    KNOWN,
    MINUTE,
    NOW,
    SEE,
    Json,
    Scenario,
    iso,
    known,
    options,
    scenario,
    seeded,
    step,
    stored,
)

COOKIE = '"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}'


def _data(text: str) -> str:
    return f"{{{COOKIE},{text}}}"


def _cookie(text: str, data: str = '"num":1') -> str:
    return f'{{"cookie":{text},{data}}}'


READABLE: dict[str, str] = {
    "no data": f"{{{COOKIE}}}",
    "data before the cookie": f'{{"a":1,{COOKIE},"b":2}}',
    "white space": f'\n{{ {COOKIE} , "a" :\t[ 1 , 2 ] }}\r\n',
    "a key twice": _data('"a":1,"b":2,"a":3'),
    "the cookie twice": '{"cookie":{"path":"/x"},"a":1,' + COOKIE + "}",
    "integer-like keys": _data('"b":1,"10":2,"a":3,"2":4,"01":5,"-1":6,"1.5":7'),
    "the largest index and one more": _data('"x":0,"4294967295":1,"4294967294":2,"4294967296":3'),
    "integer-like keys in a nested object": _data('"o":{"b":1,"3":2,"1":{"9":0,"8":0,"z":0}}'),
    "an integer-like key before the cookie": f'{{"7":1,{COOKIE}}}',
    "whole numbers": _data('"a":[0,1,-1,10,9007199254740991,-9007199254740991]'),
    "whole numbers written with a point or exponent": _data('"a":[1.0,1e0,1e2,100E-2,-5.0,1.50]'),
    "negative zero": _data('"a":[-0,-0.0,-0e5,0.0]'),
    "1e21 and around": _data('"a":[1e20,1e21,123456789012345680000,1.5e300,1e22]'),
    "1e-7 and around": _data('"a":[0.000001,1e-7,1.5e-7,0.0000001234,5e-324]'),
    "fractions": _data('"a":[1.5,0.1,0.30000000000000004,3.141592653589793,100.25,1e-5]'),
    "long fractions": _data('"a":[0.1000000000000000055511151231257827,1.7976931348623157e308]'),
    "text with escapes": _data(r'"a":"\"\\\/\b\f\n\r\t\u0000\u001f\u007f\u0080\u2028\u2029"'),
    "text in Korean": _data('"a":"한글","한":"글"'),
    "an emoji": _data('"a":"🍪","🍪":1'),
    "an emoji as escapes": _data(r'"a":"\ud83c\udf6a"'),
    "a lone high surrogate": _data(r'"a":"x\ud800y"'),
    "a lone low surrogate": _data(r'"a":"\udc00"'),
    "surrogates the wrong way round": _data(r'"a":"\udc00\ud800"'),
    "a lone surrogate as a key": _data(r'"\ud800":1'),
    "markup": _data('"a":"</script><!-- & \' -->"'),
    "empty key": _data('"":1'),
    "nested empty values": _data('"a":{},"b":[],"c":[[],{}],"d":"","e":null'),
    "true, false and null": _data('"a":true,"b":false,"c":null'),
    "deep nesting": _data('"a":' + "[" * 60 + "1" + "]" * 60),
    "a nested cookie": _data('"a":{"cookie":{"maxAge":1}}'),
    "a nested __proto__": _data('"a":{"__proto__":{"admin":true},"b":1}'),
    "keys that only Python objects have": _data('"get":1,"items":2,"__class__":3,"pop":4'),
    "keys with a dollar sign": _data('"$a":1,"$$":2,"$":3'),
    "a key with dots": _data('"a.b":{"c.d":1}'),
    "an expiry to come": stored(MINUTE),
    "an expiry this very ms": stored(0),
    "an expiry a ms ago": stored(-1),
    "an expiry to come, a second off UTC": _cookie(
        '{"originalMaxAge":60000,"expires":"2023-11-14T23:13:30.500+00:59","path":"/"}'
    ),
    "an expiry as a date without a time": _cookie(
        '{"originalMaxAge":60000,"expires":"2024-01-01","path":"/"}'
    ),
    "expires as a number to come": _cookie(
        f'{{"originalMaxAge":60000,"expires":{NOW + MINUTE},"httpOnly":true,"path":"/"}}'
    ),
    "expires as a number that is past": _cookie(
        f'{{"originalMaxAge":60000,"expires":{NOW - 1},"httpOnly":true,"path":"/"}}'
    ),
    "expires as a number, without originalMaxAge": _cookie(
        f'{{"expires":{NOW + MINUTE},"httpOnly":true,"path":"/"}}'
    ),
    "expires as a number, originalMaxAge null": _cookie(
        f'{{"originalMaxAge":null,"expires":{NOW + MINUTE},"path":"/"}}'
    ),
    "expires zero": _cookie('{"originalMaxAge":null,"expires":0,"path":"/"}'),
    "expires false": _cookie('{"originalMaxAge":null,"expires":false,"path":"/"}'),
    "expires an empty text": _cookie('{"originalMaxAge":null,"expires":"","path":"/"}'),
    "expires that is no date": _cookie('{"originalMaxAge":60000,"expires":"soon","path":"/"}'),
    "expires absent": _cookie('{"originalMaxAge":60000,"httpOnly":true,"path":"/"}'),
    "expires null but originalMaxAge set": _cookie(
        '{"originalMaxAge":60000,"expires":null,"httpOnly":true,"path":"/"}'
    ),
    "originalMaxAge absent": _cookie(f'{{"expires":"{iso(MINUTE)}","httpOnly":true,"path":"/"}}'),
    "originalMaxAge null but expires set": _cookie(
        f'{{"originalMaxAge":null,"expires":"{iso(MINUTE)}","path":"/"}}'
    ),
    "originalMaxAge of a fraction": _cookie(
        f'{{"originalMaxAge":1500.7,"expires":"{iso(MINUTE)}","path":"/"}}'
    ),
    "originalMaxAge zero": _cookie(f'{{"originalMaxAge":0,"expires":"{iso(MINUTE)}","path":"/"}}'),
    "originalMaxAge negative": _cookie(
        f'{{"originalMaxAge":-5000,"expires":"{iso(MINUTE)}","path":"/"}}'
    ),
    "an empty cookie": _cookie("{}"),
    "a cookie's members in another order": _cookie(
        f'{{"path":"/","httpOnly":true,"expires":"{iso(MINUTE)}","originalMaxAge":60000}}'
    ),
    "a cookie with every member": _cookie(
        f'{{"originalMaxAge":60000,"partitioned":true,"priority":"high","expires":"{iso(MINUTE)}",'
        '"secure":false,"httpOnly":true,"domain":"example.com","path":"/app","sameSite":"lax"}'
    ),
    "a cookie with members of null": _cookie(
        '{"originalMaxAge":null,"partitioned":null,"priority":null,"expires":null,"secure":null,'
        '"httpOnly":null,"domain":null,"path":null,"sameSite":null}'
    ),
    "a cookie with unknown members": _cookie(
        '{"originalMaxAge":null,"foo":1,"data":{"path":"/x"}}'
    ),
    "a cookie with maxAge": _cookie('{"originalMaxAge":null,"maxAge":5000,"path":"/"}'),
    "a cookie with sameSite true": _cookie('{"originalMaxAge":null,"sameSite":true,"path":"/"}'),
    "a cookie with an invalid sameSite": _cookie('{"originalMaxAge":null,"sameSite":"x"}'),
    "a cookie with an invalid domain": _cookie('{"originalMaxAge":null,"domain":"a b","path":"/"}'),
    "a cookie with an invalid path": _cookie('{"originalMaxAge":null,"path":"/;"}'),
    "a secure cookie over http": _cookie('{"originalMaxAge":60000,"secure":true,"path":"/"}'),
    "a cookie that is a list": _cookie("[]"),
    "the text null's neighbour: false": "false",
    "the text 0": "0",
    "an empty text": "",
}

UNREADABLE: dict[str, str] = {
    "an empty object": "{}",
    "data without a cookie": '{"num":1}',
    "a cookie of null": _cookie("null"),
    "a cookie that is a text": _cookie('"x"'),
    "a cookie that is a number": _cookie("5"),
    "a cookie that is true": _cookie("true"),
    "a cookie with maxAge as a text": _cookie('{"maxAge":"5000"}'),
    "a list": "[]",
    "a number": "5",
    "a text": '"x"',
    "true": "true",
    "null": "null",
    "no JSON": "x",
    "JSON cut short": '{"cookie":{},"a":',
    "NaN": _data('"a":NaN'),
    "Infinity": _data('"a":Infinity'),
    "single quotes": "{'cookie':{}}",
    "a comma too many": _data('"a":1,'),
    "a leading zero": _data('"a":01'),
    "a number without an integer part": _data('"a":.5'),
    "a plus sign": _data('"a":+1'),
    "a control character in a text": _data('"a":"\t"'),
    "an escape that JSON lacks": _data(r'"a":"\x41"'),
    "something after the end": _data('"a":1') + "x",
    "a byte order mark": "\ufeff" + _data('"a":1'),
    "a comment": _data('"a":1/**/'),
    "white space that JSON lacks": "\xa0" + _data('"a":1'),
}

VALUES: dict[str, Json] = {
    "a text": "x",
    "a text in Korean": "세션",
    "a lone surrogate": "a\ud800b",
    "a line separator": "\u2028\u2029",
    "control characters": "\x00\x01\x1f\x7f",
    "quotes and backslashes": "\"\\/'",
    "1.0": 1.0,
    "-0.0": -0.0,
    "0.1": 0.1,
    "1e21": 1e21,
    "1e-7": 1e-7,
    "123456789.125": 123456789.125,
    "2**53": 2**53,
    "true": True,
    "null": None,
    "an empty list": [],
    "an empty object": {},
    "a list of lists": [[1, [2, [3]]], {}],
    "an object with integer-like keys": {"b": 1, "2": 2, "1": 3},
    "an object with a cookie": {"cookie": {"path": "/"}, "a": 1},
}


def scenarios() -> Iterator[Scenario]:
    for what, text in READABLE.items():
        store = seeded(text)
        yield scenario(f"record with {what}: read", options(), known(SEE), known(SEE), store=store)
        yield scenario(
            f"record with {what}: changed",
            options(),
            known(CHANGE, SEE),
            known(SEE),
            store=store,
        )
        yield scenario(
            f"record with {what}: saved as it is",
            options(rolling=True),
            known(["save"]),
            store=store,
        )
    for what, text in UNREADABLE.items():
        yield scenario(
            f"unreadable record, {what}", options(), known(SEE), step(SEE), store=seeded(text)
        )
    for what in ("data without a cookie", "no JSON", "null"):
        yield scenario(
            f"unreadable record, {what}: found by reload",
            options(),
            known(["outside-set", KNOWN, UNREADABLE[what]], ["reload"], SEE),
            store=seeded(),
        )
        yield scenario(
            f"unreadable record, {what}: found by touch",
            options(),
            known(["outside-set", KNOWN, UNREADABLE[what]]),
            store=seeded(),
        )
        yield scenario(
            f"unreadable record, {what}: written over by a change",
            options(),
            known(["outside-set", KNOWN, UNREADABLE[what]], CHANGE),
            known(SEE),
            store=seeded(),
        )
        yield scenario(
            f"unreadable record, {what}: with unset: 'destroy'",
            options(unset="destroy"),
            known(SEE),
            known(SEE),
            store=seeded(UNREADABLE[what]),
        )
    for what, value in VALUES.items():
        yield scenario(
            f"a handler sets {what}",
            options(),
            step(["set", ["a"], value], SEE),
            step(SEE),
            step(["set", ["a"], value], ["set", ["b"], 1]),
        )
    for key in ("7", "b", "$cookie", "한글", "", "a.b", "constructor", "toString", "__class__"):
        yield scenario(
            f"a handler sets the key {key!r}",
            options(),
            step(["set", ["first"], 1], ["set", [key], 2], ["set", ["3"], 3], SEE),
            step(SEE),
        )
