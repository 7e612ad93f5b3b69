"""Run the measurements: `python -m bench [hooks trades lists imports http memory start backup …] [--parties N]`.

Without a name all of them run.
"""

from __future__ import annotations

import argparse
import importlib

PARTS = (
    "hooks",
    "trades",
    "lists",
    "imports",
    "policies",
    "http",
    "memory",
    "start",
    "backup",
    "merge",
    "walls",
    "messages",
    "handover",
    "statements",
    "pages",
    "printing",
    "kill",
)


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", help=f"what to measure: {', '.join(PARTS)}; everything where left out"
    )
    parser.add_argument("--parties", type=int, default=100_000, help="parties in the site (default 100000)")
    asked = parser.parse_args()
    for part in asked.parts or PARTS:
        if part not in PARTS:
            parser.error(f"there is nothing called {part}")
        for line in importlib.import_module(f"bench.{part}").run(asked.parties):
            print(line, flush=True)
        print()


main()
