"""Writes scenarios.json.gz: python -m tests.express.generate_scenarios

One scenario a line, in the order of the families. The same code writes the same octets.
"""

import gzip
import json
from pathlib import Path

from .scenarios import (
    attributes,
    clocks,
    connections,
    failing,
    lifecycle,
    meetings,
    naming,
    records,
    strange,
    streaming,
    tampering,
)
from .scenarios.building import Scenario

FAMILIES = (
    lifecycle,
    attributes,
    naming,
    tampering,
    clocks,
    records,
    failing,
    streaming,
    connections,
    meetings,
    strange,
)
HERE = Path(__file__).parent


def all_scenarios() -> list[Scenario]:
    """Every family's scenarios; names are unique, and no two scenarios are the same."""
    made = [scenario for family in FAMILIES for scenario in family.scenarios()]
    names: dict[str, str] = {}
    contents: dict[str, str] = {}
    for scenario in made:
        content = json.dumps({**scenario, "name": None})
        for seen, key, what in ((names, scenario["name"], "name"), (contents, content, "content")):
            if key in seen:
                raise ValueError(f"{scenario['name']!r} has the {what} of {seen[key]!r}")
            seen[key] = scenario["name"]
    return made


def scenarios_text() -> str:
    """The JSON of all scenarios, a line each; lone surrogates need the escapes."""
    return "[\n" + ",\n".join(json.dumps(scenario) for scenario in all_scenarios()) + "\n]\n"


if __name__ == "__main__":
    text = scenarios_text()
    (HERE / "scenarios.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(json.loads(text))} scenarios")
