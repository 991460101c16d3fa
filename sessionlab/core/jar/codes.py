"""The vocabulary of the jar: why a cookie was refused or withheld, and what to watch out for.

Rules
- Codes are public and stable: kebab-case, never reused for another meaning.
- Members are in the order in which the algorithm checks them; reasons are reported in that order.
- Every code has a sentence in the text catalogue: `Refusal` under ``jar.refusal``, `SetWarning`
  under ``jar.set-warning``, `Withheld` under ``jar.withheld``, `SendWarning` under
  ``jar.send-warning``, each in a table ``reason`` and, where something can be changed, ``fix``;
  `SetOutcome` under ``jar.outcome``.
"""

from __future__ import annotations

from enum import StrEnum


class SetOutcome(StrEnum):
    """What a Set-Cookie line did to the jar."""

    STORED = "stored"
    REPLACED = "replaced"
    DELETED = "deleted"  # the expiry is in the past, and the cookie was in the jar
    NOTHING_TO_DELETE = "nothing-to-delete"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a cookie was not stored, in the order of RFC 6265bis 5.6 and 5.7."""

    SCHEME_WITHOUT_COOKIES = "scheme-without-cookies"
    CONTROL_CHARACTER = "control-character"
    TAB_INSIDE = "tab-inside"  # the RFC allows it; Chromium, Firefox (in names) and curl do not
    EMPTY = "empty"
    TOO_LONG = "too-long"
    DOMAIN_NOT_ASCII = "domain-not-ascii"
    DOMAIN_ONLY_A_DOT = "domain-only-a-dot"  # the RFC ignores it; browsers refuse it
    DOMAIN_PUBLIC_SUFFIX = "domain-public-suffix"
    DOMAIN_MISMATCH = "domain-mismatch"
    SECURE_FROM_HTTP = "secure-from-http"
    HTTP_ONLY_FROM_SCRIPT = "http-only-from-script"
    HIDES_SECURE_COOKIE = "hides-secure-cookie"
    SAME_SITE_FROM_CROSS_SITE = "same-site-from-cross-site"
    SAME_SITE_MISSING_FROM_CROSS_SITE = "same-site-missing-from-cross-site"
    SAME_SITE_NONE_WITHOUT_SECURE = "same-site-none-without-secure"
    SECURE_PREFIX_WITHOUT_SECURE = "secure-prefix-without-secure"
    HOST_PREFIX_WITHOUT_SECURE = "host-prefix-without-secure"
    HOST_PREFIX_WITH_DOMAIN = "host-prefix-with-domain"
    HOST_PREFIX_WITHOUT_ROOT_PATH = "host-prefix-without-root-path"
    HTTP_PREFIX_WITHOUT_SECURE = "http-prefix-without-secure"
    HTTP_PREFIX_WITHOUT_HTTP_ONLY = "http-prefix-without-http-only"
    PREFIX_IN_NAMELESS_VALUE = "prefix-in-nameless-value"
    PARTITIONED_WITHOUT_SECURE = "partitioned-without-secure"
    OVERWRITES_HTTP_ONLY = "overwrites-http-only"


class SetWarning(StrEnum):
    """What the server may not have intended.  A warning decides nothing."""

    NAMELESS = "nameless"
    NAMELESS_WITH_EQUALS = "nameless-with-equals"  # newer Chromium refuses what the RFC stores
    QUOTES_KEPT = "quotes-kept"
    NOT_ASCII = "not-ascii"
    ATTRIBUTE_UNKNOWN = "attribute-unknown"
    ATTRIBUTE_TOO_LONG = "attribute-too-long"
    ATTRIBUTE_REPEATED = "attribute-repeated"
    FLAG_VALUE_IGNORED = "flag-value-ignored"  # "Secure=false" is Secure
    EXPIRES_UNREADABLE = "expires-unreadable"
    MAX_AGE_UNREADABLE = "max-age-unreadable"
    EXPIRES_OVERRULED = "expires-overruled"  # Max-Age wins
    EXPIRY_CAPPED = "expiry-capped"
    DOMAIN_DOT_IGNORED = "domain-dot-ignored"
    DOMAIN_MADE_HOST_ONLY = "domain-made-host-only"
    PATH_NOT_ABSOLUTE = "path-not-absolute"
    PATH_ELSEWHERE = "path-elsewhere"
    SECURE_ON_LOOPBACK = "secure-on-loopback"
    SAME_SITE_UNKNOWN = "same-site-unknown"
    SAME_SITE_MISSING = "same-site-missing"
    THIRD_PARTY = "third-party"
    EVICTED_OTHERS = "evicted-others"


class Withheld(StrEnum):
    """Why a stored cookie is not sent (RFC 6265bis 5.8.3)."""

    SCHEME_WITHOUT_COOKIES = "scheme-without-cookies"
    EXPIRED = "expired"
    OTHER_PARTITION = "other-partition"
    OTHER_HOST = "other-host"  # a host-only cookie of another host
    OTHER_DOMAIN = "other-domain"
    OTHER_PATH = "other-path"
    SECURE_OVER_HTTP = "secure-over-http"
    HTTP_ONLY_FROM_SCRIPT = "http-only-from-script"
    STRICT_CROSS_SITE = "strict-cross-site"
    LAX_NOT_TOP_LEVEL = "lax-not-top-level"
    LAX_UNSAFE_METHOD = "lax-unsafe-method"
    LAX_BY_DEFAULT_NOT_TOP_LEVEL = "lax-by-default-not-top-level"
    LAX_BY_DEFAULT_UNSAFE_METHOD = "lax-by-default-unsafe-method"


class SendWarning(StrEnum):
    """Why sending this cookie may surprise its owner.  A warning decides nothing."""

    SECURE_ON_LOOPBACK = "secure-on-loopback"
    LAX_POST_WINDOW = "lax-post-window"
    THIRD_PARTY = "third-party"
    SAME_NAME = "same-name"
