"""``python -m tests.faults [--full]``: break things, and see what becomes of the sessions."""

import argparse
import os
import sys
from pathlib import Path

import pytest

parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
parser.add_argument("--full", action="store_true", help="in full, which takes minutes")
if parser.parse_args().full:
    os.environ["SESSIONLAB_FAULTS"] = "full"
sys.exit(pytest.main([str(Path(__file__).parent), "-v", "--durations=0"]))
