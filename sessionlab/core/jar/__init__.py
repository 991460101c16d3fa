"""The browser's cookie jar, with the reason behind every decision (RFC 6265bis).

``Jar(public_suffix)`` takes Set-Cookie lines with `Jar.set` and gives the Cookie header with
`Jar.select` (every cookie judged) or `Jar.header` (the header alone).  A request is described by
a `RequestContext`; times are milliseconds since the epoch; text is octets as latin-1 characters.
"""

from sessionlab.core.jar.codes import Refusal, SendWarning, SetOutcome, SetWarning, Withheld
from sessionlab.core.jar.cookie import (
    CookieKey,
    Origin,
    PartitionKey,
    Priority,
    SameSite,
    StoredCookie,
)
from sessionlab.core.jar.dates import parse_date
from sessionlab.core.jar.evict import Limits
from sessionlab.core.jar.hosts import InvalidUrl
from sessionlab.core.jar.jar import CookieNotFound, Jar
from sessionlab.core.jar.parse import SetCookie, parse_set_cookie
from sessionlab.core.jar.request import (
    Api,
    PublicSuffix,
    Relation,
    Request,
    RequestContext,
    Sites,
)
from sessionlab.core.jar.verdict import JarVerdict, Selection, SendVerdict

__all__ = [
    "Api",
    "CookieKey",
    "CookieNotFound",
    "InvalidUrl",
    "Jar",
    "JarVerdict",
    "Limits",
    "Origin",
    "PartitionKey",
    "Priority",
    "PublicSuffix",
    "Refusal",
    "Relation",
    "Request",
    "RequestContext",
    "SameSite",
    "Selection",
    "SendVerdict",
    "SendWarning",
    "SetCookie",
    "SetOutcome",
    "SetWarning",
    "Sites",
    "StoredCookie",
    "Withheld",
    "parse_date",
    "parse_set_cookie",
]
