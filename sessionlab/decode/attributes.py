"""The attributes of a Set-Cookie line, judged as a browser would.

Rules
- The jar judges: an empty one is given the line as if a fitting host had sent it over https.
- Refusals and warnings that depend on where the line really came from are left out.
- Imported only where a Set-Cookie line was given.
"""

from __future__ import annotations

import re

from sessionlab.core.jar import Jar, JarVerdict, Refusal, RequestContext, SetWarning
from sessionlab.decode.results import SetCookieReport

_HOST = "example.org"
_DOMAIN = r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*"
_DEPEND_ON_HOST = frozenset(
    {
        Refusal.DOMAIN_PUBLIC_SUFFIX,
        Refusal.DOMAIN_MISMATCH,
        SetWarning.PATH_ELSEWHERE,
        SetWarning.DOMAIN_MADE_HOST_ONLY,
    }
)
_SHOWN = ("name", "size", "domain", "path", "expires", "max_age", "same_site", "unknown")


def read_attributes(line: str, now: int) -> SetCookieReport:
    """Judge the attributes of a line.  ``now``: milliseconds since the epoch."""
    verdict = _judge(_HOST, line, now)
    domain = verdict.set_cookie.domain
    if domain and len(domain) < 254 and re.fullmatch(_DOMAIN, domain):
        verdict = _judge(f"www.{domain}", line, now)
    cookie, evidence = verdict.set_cookie, verdict.evidence
    expires = cookie.expiry(now)
    return SetCookieReport(
        attributes=tuple(cookie.attributes),
        refusals=tuple(code for code in verdict.reasons if code not in _DEPEND_ON_HOST),
        warnings=tuple(code for code in verdict.warnings if code not in _DEPEND_ON_HOST),
        expires=expires,
        over=expires is not None and expires <= now,
        values={name: evidence[name] for name in _SHOWN},
    )


def _judge(host: str, line: str, now: int) -> JarVerdict:
    return Jar(lambda _: None).set(line, RequestContext(f"https://{host}/"), now)
