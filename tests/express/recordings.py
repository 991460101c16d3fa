"""The recordings in this folder, read."""

import gzip
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def read_text(name: str | Path) -> str:
    """The text of one of the compressed files beside this one."""
    return gzip.decompress((HERE / name).read_bytes()).decode()


def read(name: str) -> Any:
    """Its JSON."""
    return json.loads(read_text(name))
