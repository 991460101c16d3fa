"""The browser's cookie jar, with the reason behind every decision (RFC 6265bis).

``Jar(public_suffix)`` takes Set-Cookie lines with `Jar.set`; `Jar.select` judges every cookie for a
request and gives the Cookie header.  A request is described by a `RequestContext`.  Times are
milliseconds since the epoch.  Text is octets as latin-1 characters, as in WSGI.
"""

from sessionlab.core.jar.codes import Refusal, SendWarning, SetOutcome, SetWarning, Withheld
from sessionlab.core.jar.cookie import (
    CookieKey,
    CookieOrigin,
    PartitionKey,
    Priority,
    SameSite,
    StoredCookie,
)
from sessionlab.core.jar.dates import parse_cookie_date
from sessionlab.core.jar.evict import Limits
from sessionlab.core.jar.hosts import InvalidUrl
from sessionlab.core.jar.jar import CookieNotFound, Jar
from sessionlab.core.jar.parse import SetCookie, parse_set_cookie
from sessionlab.core.jar.request import (
    Api,
    PublicSuffix,
    Relation,
    RequestContext,
    ResolvedRequest,
    Sites,
)
from sessionlab.core.jar.verdict import JarVerdict, Selection, SendVerdict

__all__ = [
    "Api",
    "CookieKey",
    "CookieNotFound",
    "CookieOrigin",
    "InvalidUrl",
    "Jar",
    "JarVerdict",
    "Limits",
    "PartitionKey",
    "Priority",
    "PublicSuffix",
    "Refusal",
    "Relation",
    "RequestContext",
    "ResolvedRequest",
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
    "parse_cookie_date",
    "parse_set_cookie",
]
