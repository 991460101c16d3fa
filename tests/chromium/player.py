"""Plays one case to a real Chromium and to the jar, and tells what each of them sent.

Rules
- A step is one request (or one script); it sends what is stored, then its answer sets cookies.
- The browser's word is the Cookie header as the server saw it, or what a script read.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from sessionlab.core.jar import Api, Jar, RequestContext

from .browser import Browser
from .server import LocalWeb

_SUFFIXES = PublicSuffixList()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens in the tab.

    ``visit``: the address is typed.  ``link``, ``post``: the document at ``page`` navigates the
    tab.  ``fetch``, ``frame``: it asks for a part.  ``script``: a script of ``url`` writes
    ``set_cookie`` and reads all.
    """

    kind: Literal["visit", "link", "post", "fetch", "frame", "script"]
    url: str
    set_cookie: tuple[str, ...] = ()
    page: str = ""

    def context(self) -> RequestContext:
        """The step as the jar is told about it."""
        match self.kind:
            case "visit":
                return RequestContext(self.url)
            case "link":
                return RequestContext(self.url, initiator=self.page)
            case "post":
                return RequestContext(self.url, "POST", initiator=self.page)
            case "script":
                return RequestContext(self.url, api=Api.DOM)
            case _:
                return RequestContext(
                    self.url, initiator=self.page, top_level=False, top_level_url=self.page
                )


class Player:
    """A browser, the web that it sees, and the jar beside it."""

    def __init__(self, browser: Browser, web: LocalWeb) -> None:
        self._browser = browser
        self._plan = web.plan
        # Third-party cookies are the user's choice, and headless Chromium says no.  It has to say
        # yes, or nothing could be seen of SameSite in embedded parts.
        browser.visit("chrome://settings/")
        browser.evaluate("chrome.settingsPrivate.setPref('profile.cookie_controls_mode', 0)")

    def play(self, steps: tuple[Step, ...]) -> tuple[list[str], list[str]]:
        """What Chromium sent in each step, and what the jar sent."""
        self._browser.clear_cookies()
        self._plan.set_cookie.clear()
        return [self._play(step) for step in steps], _play_to_jar(steps)

    def _play(self, step: Step) -> str:
        browser = self._browser
        if step.kind == "script":
            browser.visit(step.url)
            for line in step.set_cookie:
                browser.evaluate(f"document.cookie = {json.dumps(line)}")
            read: str = browser.evaluate("document.cookie")
            return read
        if step.page:
            browser.visit(step.page)
        path = urlsplit(step.url).path or "/"
        self._plan.seen.clear()
        self._plan.set_cookie[path] = list(step.set_cookie)
        url = json.dumps(step.url)
        match step.kind:
            case "visit":
                browser.visit(step.url)
            case "link":
                browser.evaluate(f"location.href = {url}", leaves_page=True)
            case "post":
                browser.evaluate(
                    "const form = document.createElement('form');"
                    f"form.method = 'post'; form.action = {url};"
                    "document.body.append(form); form.submit();",
                    leaves_page=True,
                )
            case "fetch":
                browser.evaluate(
                    f"fetch({url}, {{mode: 'no-cors', credentials: 'include'}}).then(() => 1)"
                )
            case "frame":
                browser.evaluate(
                    "new Promise(done => {"
                    "const frame = document.createElement('iframe');"
                    f"frame.onload = () => done(1); frame.src = {url};"
                    "document.body.append(frame);})"
                )
        (seen,) = [each for each in self._plan.seen if each.path == path]
        return seen.cookie


def _play_to_jar(steps: tuple[Step, ...]) -> list[str]:
    def public_suffix(host: str) -> str | None:
        found = _SUFFIXES.publicsuffix(host)
        return found if isinstance(found, str) else None

    jar = Jar(public_suffix)
    sent = []
    for step in steps:
        now = round(time.time() * 1000)
        context = step.context()
        header = jar.select(context, now).header
        for line in step.set_cookie:
            jar.set(line, context, now)
        sent.append(jar.select(context, now).header if step.kind == "script" else header)
    return sent
