"""The options that a finding names: both spellings are real, and mean the same."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sessionlab import CookieOptions, SessionOptions
from sessionlab.diagnose.causes import MENDS, Cause, Diagnosis, Mend
from sessionlab.session.stores.sqlite import SQLiteStore

STORES = [cause for cause, mend in MENDS.items() if "store" in mend.express]


def from_python(mend: Mend) -> SessionOptions:
    names = {"CookieOptions": CookieOptions}
    options: dict[str, Any] = eval(f"dict({mend.sessionlab})", names)
    return SessionOptions(**{"secrets": "x"} | options)


def from_express(mend: Mend) -> SessionOptions:
    text = re.sub(r"(\w+):", r'"\1":', mend.express)
    defaults = {"secret": "x", "resave": False, "saveUninitialized": False}
    return SessionOptions.from_express(defaults | json.loads("{" + text + "}"))


@pytest.mark.parametrize("cause", [cause for cause in MENDS if cause not in STORES])
def test_both_spellings_mean_the_same(cause: Cause) -> None:
    ours, theirs = from_python(MENDS[cause]), from_express(MENDS[cause])
    assert theirs.notices == ()
    assert ours == theirs
    assert ours != SessionOptions(secrets="x") or MENDS[cause].express == 'cookie: { path: "/" }'


@pytest.mark.parametrize("cause", STORES)
def test_a_shared_store_is_one_that_there_is(cause: Cause) -> None:
    assert MENDS[cause].sessionlab.endswith('store=SQLiteStore("sessions.db")')
    assert SQLiteStore.__name__ == "SQLiteStore"


def test_a_finding_as_json_has_its_mend() -> None:
    found = Diagnosis(Cause.PROXY_NOT_TRUSTED, {"url": "x"}).to_json()
    assert found == {
        "code": "proxy-not-trusted",
        "weight": "possible",
        "evidence": {"url": "x"},
        "mend": {"express": "proxy: true", "sessionlab": "trust_proxy=True"},
    }
    assert Diagnosis(Cause.TOO_LARGE).to_json()["mend"] is None
