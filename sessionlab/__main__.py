"""The entry point of ``sessionlab`` and ``python -m sessionlab``.

Rules
- A command is over in less time than the interpreter takes to collect garbage while it imports
  and to take itself apart at the end, so that it does the first rarely and the second not at all.
"""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(100_000, 50, 50)

    from sessionlab.cli import run

    code = run(sys.argv[1:])  # has flushed what it wrote
    os._exit(code)


if __name__ == "__main__":
    main()
