"""What a page of another origin may read and keep of an answer (Fetch standard, 3.2 and 4.10).

Rules
- A fetch with credentials needs both headers: ``Access-Control-Allow-Origin`` with exactly
  the page's origin, never ``*``, and ``Access-Control-Allow-Credentials: true``.
- Where the page's fetch leaves credentials out, the headers are judged too: they will be needed
  as soon as it sends them.
"""

from __future__ import annotations

from collections.abc import Iterator

from sessionlab.diagnose.address import WebAddress
from sessionlab.diagnose.causes import Cause, Diagnosis
from sessionlab.diagnose.octets import to_text
from sessionlab.diagnose.start import Credentials, Start
from sessionlab.http.client import Answer


def judge_cors(start: Start, address: WebAddress, answer: Answer) -> Iterator[Diagnosis]:
    """What keeps a fetch from using cookies; nothing for any other request."""
    if start.fetch is None:
        return
    origin = start.origin or address.origin
    evidence = {"url": address.url, "origin": origin, "mode": start.fetch.value}
    if start.without_credentials(address):
        yield Diagnosis(Cause.CREDENTIALS_LEFT_OUT, evidence)
    if start.fetch is Credentials.OMIT or not start.is_cross_origin(address):
        return
    allowed = to_text(", ".join(answer.all("Access-Control-Allow-Origin")))
    if not allowed:
        yield Diagnosis(Cause.CORS_ORIGIN_MISSING, evidence)
    elif allowed == "*":
        yield Diagnosis(Cause.CORS_ORIGIN_ANY, evidence)
    elif allowed != origin:
        yield Diagnosis(Cause.CORS_ORIGIN_OTHER, {**evidence, "found": allowed})
    if (found := ", ".join(answer.all("Access-Control-Allow-Credentials"))) != "true":
        yield Diagnosis(Cause.CORS_CREDENTIALS_MISSING, {**evidence, "found": to_text(found)})
