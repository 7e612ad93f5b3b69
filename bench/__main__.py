"""Run the measurements: `python -m bench [lists imports hooks http memory] [--parties N]`."""

from __future__ import annotations

import argparse
import importlib

PARTS = ("hooks", "lists", "imports", "http")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; everything where left out")
    parser.add_argument("--parties", type=int, default=100_000, help="parties in the site (default 100000)")
    asked = parser.parse_args()
    for part in asked.parts or PARTS:
        for line in importlib.import_module(f"bench.{part}").run(asked.parties):
            print(line, flush=True)
        print()


main()
