"""The inspector: what a pasted text holds of cookies, and whether their signatures fit.

`inspect_text` is all there is to call.  Its answer is data (`Inspection`); what a person reads is
made of it by `sessionlab.render.inspection`.  One file a format: see `sessionlab.decode.formats`.
"""

from sessionlab.decode.inspection import inspect_text
from sessionlab.decode.problems import Code, Problem, Severity
from sessionlab.decode.results import Inspection, Reading, Role, Source, Status

__all__ = [
    "Code",
    "Inspection",
    "Problem",
    "Reading",
    "Role",
    "Severity",
    "Source",
    "Status",
    "inspect_text",
]
