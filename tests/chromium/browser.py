"""A headless Chromium, spoken to over its DevTools pipe.

Rules
- The pipe (file descriptors 3 and 4, JSON messages ended by a zero byte) needs no library.
- Every browser starts with an empty profile, and every host name leads to the local server.
- A command that gets no answer in time is an error with the browser's last words, never a hang.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from tests import PATIENCE

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The server's certificate is made for tests and signed by nobody.
    "--ignore-certificate-errors",
    # A page opened over http stays there.
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
    "--remote-debugging-pipe",
)


def find_chromium() -> str | None:
    """The path of a Chromium on this machine, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


class BrowserError(Exception):
    """The browser refused a command, or said nothing."""


class Browser:
    """One browser with one tab.  A context manager: leaving it ends the browser."""

    def __init__(self, executable: str, resolver_rules: Sequence[str]) -> None:
        self._profile = tempfile.mkdtemp(prefix="chromium-")
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()

        def hand_over_pipe() -> None:
            # By way of higher numbers: the pipe's own may be 3 or 4.
            read_copy = fcntl.fcntl(to_read, fcntl.F_DUPFD, 10)
            write_copy = fcntl.fcntl(to_write, fcntl.F_DUPFD, 10)
            os.dup2(read_copy, 3)
            os.dup2(write_copy, 4)

        self._log = (Path(self._profile) / "stderr").open("w+b")
        self._process = subprocess.Popen(
            [
                executable,
                *_FLAGS,
                f"--user-data-dir={self._profile}/profile",
                f"--host-resolver-rules={','.join(resolver_rules)}",
                "about:blank",
            ],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            close_fds=False,
            start_new_session=True,
            preexec_fn=hand_over_pipe,
        )
        os.close(to_read)
        os.close(to_write)
        self._buffer = b""
        self._last_id = 0
        self._session: str | None = None
        self.events: list[Mapping[str, Any]] = []

    def __enter__(self) -> Browser:
        deadline = time.monotonic() + PATIENCE
        while True:
            pages = [
                target
                for target in self.call("Target.getTargets")["targetInfos"]
                if target["type"] == "page"
            ]
            if pages:
                break
            if time.monotonic() > deadline:
                raise BrowserError("no tab opened")
        attached = self.call("Target.attachToTarget", targetId=pages[0]["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(BrowserError, OSError):
            self.call("Browser.close")
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        self._log.close()
        self._remove_profile()

    def _remove_profile(self) -> None:
        # Chromium's helpers were killed, but the system may still be about it.
        deadline = time.monotonic() + PATIENCE
        while Path(self._profile).exists() and time.monotonic() < deadline:
            shutil.rmtree(self._profile, ignore_errors=True)

    @property
    def version(self) -> str:
        """Product and version, as ``Chrome/147.0.7727.0``."""
        product: str = self.call("Browser.getVersion")["product"]
        return product

    def call(self, method: str, /, **params: Any) -> Mapping[str, Any]:
        """Send one command and wait for its answer.  Raises BrowserError."""
        self._last_id += 1
        message: dict[str, Any] = {"id": self._last_id, "method": method, "params": params}
        if self._session and not method.startswith(("Target.", "Browser.", "Storage.")):
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next_message(method)
            if answer.get("id") != self._last_id:
                self.events.append(answer)
                continue
            if "error" in answer:
                raise BrowserError(f"{method}: {answer['error']['message']}")
            result: Mapping[str, Any] = answer["result"]
            return result

    def wait_for(self, method: str) -> Mapping[str, Any]:
        """The next event of this name, among those not yet waited for."""
        while True:
            for index, event in enumerate(self.events):
                if event.get("method") == method:
                    del self.events[: index + 1]
                    params: Mapping[str, Any] = event["params"]
                    return params
            self.events.append(self._next_message(method))

    def visit(self, url: str) -> None:
        """Open a page as if a person had typed its address."""
        self.events.clear()
        answer = self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise BrowserError(f"{url}: {answer['errorText']}")
        self.wait_for("Page.loadEventFired")

    def evaluate(self, script: str, *, leaves_page: bool = False) -> Any:
        """Run a script in the page and give its (awaited) value.

        ``leaves_page``: the script starts a navigation; wait until the new page has loaded.
        """
        self.events.clear()
        answer = self.call(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=not leaves_page,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            raise BrowserError(f"{script}: {answer['exceptionDetails']}")
        if leaves_page:
            self.wait_for("Page.loadEventFired")
        return answer["result"].get("value")

    def clear_cookies(self) -> None:
        """Forget every cookie."""
        self.call("Storage.clearCookies")

    def _next_message(self, waiting_for: str) -> Mapping[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            ready = left > 0 and select.select([self._read], [], [], left)[0]
            chunk = os.read(self._read, 1 << 16) if ready else b""
            if not chunk:
                self._log.seek(0)
                words = self._log.read()[-2000:].decode(errors="replace")
                raise BrowserError(f"no answer to {waiting_for}; the browser said: {words}")
            self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\0", 1)
        message: Mapping[str, Any] = json.loads(line)
        return message
