"""The headers of every answer of the demo, and the style sheet of its page.

Rules
- No answer may run a script, be sniffed for another type, be cached or be framed.
- The only style sheet, the front page's, is allowed by its hash.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem }
section { border: 1px solid #8886; border-radius: .5rem; padding: 0 1rem 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem }
form { display: flex; gap: .5rem; margin-top: .5rem } input { flex: 1; min-width: 0 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0 }
td, code { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
"""

POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy."""

HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)
