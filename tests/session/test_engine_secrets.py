"""What the middleware keeps to itself: its secrets, and the IDs of its users.

Sources: OWASP Session Management Cheat Sheet (SMCS); cookie-signature 1.0.7 for the rotation.
"""

from __future__ import annotations

import ast
import inspect
import logging
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

import sessionlab
from sessionlab import CookieOptions, Record, SessionMiddleware, SessionOptions
from sessionlab.core.wire import sign, signature

from .listening import heard_app
from .visiting import (
    SECRET,
    Clock,
    LoggedStore,
    Site,
    count,
    doing,
    id_of,
    receive,
)

pytestmark = pytest.mark.filterwarnings("error")


# ---- secrets


def test_keys_are_rotated_the_first_signs_and_all_verify() -> None:
    store = LoggedStore(Clock())
    before = Site(doing(count), secrets=["old"], store=store)
    rotated = Site(doing(count), secrets=["new", "old"], store=store, rolling=True)
    after = Site(doing(count), secrets=["new"], store=store)
    old = before.visit().cookie
    answer = rotated.visit(cookie=old)
    assert answer.body == b"2", "a cookie of the old secret is read"
    assert id_of(answer.cookie) == id_of(old)
    assert answer.cookie != old, "and signed anew when it is sent"
    assert after.visit(cookie=answer.cookie).body == b"3"
    assert after.visit(cookie=old).body == b"1"


def test_a_cookie_of_an_old_secret_is_not_sent_anew_for_that_alone() -> None:
    store = LoggedStore(Clock())
    old = Site(doing(count), secrets=["old"], store=store).visit().cookie
    assert (
        Site(doing(count), secrets=["new", "old"], store=store).visit(cookie=old).set_cookies == []
    )


def test_signatures_are_compared_in_constant_time() -> None:
    source = inspect.getsource(signature)
    assert "compare_digest(" in source
    compared = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Compare)
        and any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops)
    ]
    assert compared == []


def test_nothing_in_the_engine_compares_a_signature_by_itself() -> None:
    package = Path(sessionlab.__file__).parent
    suspicious = []
    for path in [*package.glob("session/*.py"), *package.glob("core/wire/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and any(
                isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops
            ):
                text = ast.unparse(node)
                if any(word in text.lower() for word in ("signature", "digest", "hmac", "seal")):
                    suspicious.append(f"{path.name}: {text}")
    assert suspicious == []


# ---- logs


class Chatty(LoggedStore):
    """Fails with the ID in its message, as clients of databases do."""

    fails = False

    def set(self, session_id: str, record: Record) -> None:
        if self.fails:
            raise ConnectionError(f"SET sess:{session_id} {record.text}")
        super().set(session_id, record)


def test_smcs_no_log_holds_an_id_a_signature_or_data_however_loud(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for logger in [logging.getLogger(name) for name in logging.root.manager.loggerDict]:
        logger.setLevel(logging.DEBUG)
    store = Chatty(Clock())
    application: Any = SessionMiddleware(
        heard_app,
        SessionOptions(secrets=SECRET, store=store, cookie=CookieOptions(max_age=60)),
        clock=Clock(),
    )

    def visit(path: str, cookie: str = "") -> Any:
        environ = EnvironBuilder(path).get_environ()
        return receive(application, environ | {"HTTP_COOKIE": cookie})

    cookie = visit("/login").cookie
    visit("/look", cookie)
    visit("/save", cookie)
    visit("/look", "connect.sid=s:forged.signature")
    store.fails = True
    visit("/", cookie)
    visit("/login")
    store.fails = False
    visit("/logout", cookie)
    logged = caplog.text + "".join(capsys.readouterr())
    assert "ConnectionError" in logged, "something was logged at all"
    session_id = id_of(cookie)
    for secret in (
        session_id,
        sign(session_id, SECRET).partition(".")[2],
        "alice",
        SECRET,
        "forged",
    ):
        assert secret not in logged
