"""How much the tests of faults break: a little in the suite, all of it in full."""

import os
from typing import NamedTuple


class Scale(NamedTuple):
    """How much is broken."""

    kills: int
    processes: int
    saves: int
    prunings: int
    outages: int
    failovers: int


SHORT = Scale(kills=8, processes=4, saves=100, prunings=20, outages=1, failovers=0)
FULL = Scale(kills=200, processes=8, saves=500, prunings=300, outages=5, failovers=1)
SCALE = FULL if os.environ.get("SESSIONLAB_FAULTS") == "full" else SHORT
