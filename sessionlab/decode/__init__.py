"""The inspector: what a pasted text holds of cookies, and whether their signatures fit.

`inspect_text` is all there is to call.  It returns data (`Inspection`), which
`sessionlab.render.inspection` shows to people.  One file a format: `sessionlab.decode.formats`.
"""

from sessionlab.decode.inspection import inspect_text
from sessionlab.decode.problems import Problem, ProblemCode, Severity
from sessionlab.decode.results import CookieSource, Inspection, Reading, Role, Status

__all__ = [
    "CookieSource",
    "Inspection",
    "Problem",
    "ProblemCode",
    "Reading",
    "Role",
    "Severity",
    "Status",
    "inspect_text",
]
