"""The words of a command in the language of this run, ready when its module is imported.

Help texts stand in decorators and defaults, which Python reads before anything runs: so the
language must be known by then.  ``sessionlab`` decides it first (``--lang``, else the locale) and
leaves it in ``SESSIONLAB_LANG``; a module that is imported otherwise goes by the locale.
"""

from __future__ import annotations

import os

from sessionlab.render.catalogue import LANGUAGES, Catalogue, language_of


def language() -> str:
    """The language of this run."""
    decided = os.environ.get("SESSIONLAB_LANG", "")
    return decided if decided in LANGUAGES else language_of(os.environ)


def help_of(key: str) -> str:
    """A help text, ``help_of("serve.option.port")``."""
    return Catalogue(language()).text(key)
