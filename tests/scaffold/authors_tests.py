"""Running the tests of a distribution as its author would, in an environment that pip has installed it into."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.lifecycle.driving import ROOT

QUICK = "not walls and not routes and not budget and not failing and not life and not long_texts"
"""What the gate runs of a conformance suite; `test-all` runs the whole."""


def environment_of(paths: Sequence[str]) -> dict[str, str]:
    """Give the environment of a run of its own: one that took itself for ours would share our server's sites."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**ours, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}


def run_tests(distribution: Path, environment: Path, *options: str) -> str:
    """Run the tests and give what pytest says; they must pass."""
    paths = [str(environment), str(ROOT)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        cwd=distribution,
        env=environment_of(paths),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
