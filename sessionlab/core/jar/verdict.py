"""The jar's answers: verdicts that carry every reason, and the evidence for it.

Rules
- A verdict holds codes, never sentences.  ``evidence`` holds what a sentence of the catalogue may
  mention, as text, and is worked out only when it is read.
- All of it may come from a hostile server: whoever shows it makes control characters visible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sessionlab.core.jar.codes import Refusal, SendWarning, SetOutcome, SetWarning, Withheld
from sessionlab.core.jar.cookie import StoredCookie
from sessionlab.core.jar.parse import SetCookie
from sessionlab.core.jar.request import ResolvedRequest


@dataclass(frozen=True, slots=True)
class JarVerdict:
    """What a Set-Cookie line did to the jar.

    ``reasons``: why it was refused; empty if it was accepted.
    ``cookie``: the stored cookie; None if it was refused or only deleted another.
    ``replaced``: the cookie with the same key that was in the jar before.
    ``evicted``: the cookies that made room for it.
    """

    outcome: SetOutcome
    reasons: tuple[Refusal, ...]
    warnings: tuple[SetWarning, ...]
    cookie: StoredCookie | None
    replaced: StoredCookie | None
    evicted: tuple[StoredCookie, ...]
    set_cookie: SetCookie
    request: ResolvedRequest

    @property
    def accepted(self) -> bool:
        """Whether the browser did what the line says."""
        return self.outcome is not SetOutcome.REFUSED

    @property
    def evidence(self) -> Mapping[str, str]:
        """What the sentences of ``jar.refusal`` and ``jar.set-warning`` may mention."""
        line = self.set_cookie
        attributes = dict(line.attributes)
        return {
            **_evidence_of(self.request),
            "name": line.name,
            "size": str(line.size),
            "domain": attributes.get("domain") or "",
            "path": attributes.get("path") or "",
            "expires": attributes.get("expires") or "",
            "max_age": attributes.get("max-age") or "",
            "same_site": attributes.get("samesite") or "",
            "unknown": ", ".join(dict.fromkeys(line.unknown)),
            "evicted": str(len(self.evicted)),
        }


@dataclass(frozen=True, slots=True)
class SendVerdict:
    """Whether one stored cookie is sent with a request; ``reasons`` say why not."""

    cookie: StoredCookie
    sent: bool
    reasons: tuple[Withheld, ...]
    warnings: tuple[SendWarning, ...]
    request: ResolvedRequest

    @property
    def evidence(self) -> Mapping[str, str]:
        """What the sentences of ``jar.withheld`` and ``jar.send-warning`` may mention."""
        partition = self.cookie.partition
        return {
            **_evidence_of(self.request),
            "name": self.cookie.name,
            "domain": self.cookie.domain,
            "path": self.cookie.path,
            "partition": partition.site if partition else "",
        }


@dataclass(frozen=True, slots=True)
class Selection:
    """What the jar sends with a request, and what it withholds.

    ``header``: the Cookie header's value; empty if no cookie is sent.
    ``verdicts``: one for every cookie of the site, in the order of the header.
    """

    header: str
    verdicts: tuple[SendVerdict, ...]

    @property
    def sent(self) -> tuple[StoredCookie, ...]:
        """The cookies of the header, in its order."""
        return tuple(verdict.cookie for verdict in self.verdicts if verdict.sent)


def _evidence_of(request: ResolvedRequest) -> dict[str, str]:
    context = request.context
    return {
        "scheme": request.target.scheme,
        "host": request.target.host,
        "request_path": request.target.path,
        "method": context.method,
        "site": request.site,
        "initiator": context.initiator or "",
        "top_site": request.partition.site,
    }
