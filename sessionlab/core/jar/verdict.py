"""What the jar answers: verdicts that carry every reason, and the evidence for it.

Rules
- A verdict names codes, never sentences.  ``evidence`` holds what the sentences of the catalogue
  may mention, as text; it is worked out only when asked for.
- All of it may come from a hostile server: whoever shows it makes control characters visible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sessionlab.core.jar.codes import Refusal, SendWarning, SetOutcome, SetWarning, Withheld
from sessionlab.core.jar.cookie import StoredCookie
from sessionlab.core.jar.parse import SetCookie
from sessionlab.core.jar.request import Request


@dataclass(frozen=True, slots=True)
class JarVerdict:
    """What became of a Set-Cookie line.

    ``reasons`` say why it was refused and are empty where it was accepted.  ``cookie`` is what is
    stored now; None where it was refused or only deleted another.  ``replaced`` is the cookie
    that had its place; ``evicted`` are those that made room.
    """

    outcome: SetOutcome
    reasons: tuple[Refusal, ...]
    warnings: tuple[SetWarning, ...]
    cookie: StoredCookie | None
    replaced: StoredCookie | None
    evicted: tuple[StoredCookie, ...]
    set_cookie: SetCookie
    request: Request

    @property
    def accepted(self) -> bool:
        """Whether the browser did as it was told."""
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
    """Whether one stored cookie goes with a request; ``reasons`` say why not."""

    cookie: StoredCookie
    sent: bool
    reasons: tuple[Withheld, ...]
    warnings: tuple[SendWarning, ...]
    request: Request

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
    """What the jar sends with a request, and what it keeps back.

    ``header`` is the Cookie header's value, empty where there is none.  ``verdicts`` cover every
    cookie of the site, in the order in which they would be sent.
    """

    header: str
    verdicts: tuple[SendVerdict, ...]

    @property
    def sent(self) -> tuple[StoredCookie, ...]:
        """The cookies of the header, in its order."""
        return tuple(verdict.cookie for verdict in self.verdicts if verdict.sent)


def _evidence_of(request: Request) -> dict[str, str]:
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
