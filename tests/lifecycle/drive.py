"""One lifecycle step in a process of its own, as the command line would do it; it may be told to die at a
named point.

python -m tests.lifecycle.drive <pickled site and config> <step> <argument> [<point>]

The plugins are those that the environment's distributions offer. Prints the result as one line of JSON.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from kernel.administration.assembly import assemble
from kernel.data.engines import Engines
from kernel.extension.discovery import discover
from kernel.extension.state import read_states, standings
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.install import install
from kernel.lifecycle.restore import restore
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.lifecycle.uninstall import uninstall
from kernel.lifecycle.upgrade import upgrade
from kernel.testing.looking import dying_at
from tests.lifecycle.hotels import SARA


def main(pickled: str, step: str, argument: str, point: str = "") -> None:
    """Do the step."""
    site, config = pickle.loads(Path(pickled).read_bytes())
    assemble()
    workshop = Workshop(site, Engines(config), discover())
    if point:
        workshop = replace(workshop, reach=dying_at(point))
    try:
        result = STEPS[step](workshop, argument)
    except StepRefused as refused:
        result = {"refused": str(refused.text)}
    sys.stdout.write(json.dumps(result) + "\n")


def _standings(workshop: Workshop, _argument: str) -> dict[str, Any]:
    with workshop.engines.owner(workshop.site).connect() as connection:
        states = read_states(connection)
    found = standings(workshop.discovery, states)
    return {name: [standing.state, str(standing.reason or "")] for name, standing in found.items()}


def _uninstall(workshop: Workshop, name: str) -> dict[str, Any]:
    done = uninstall(workshop, name, SARA)
    return {"archive": done.archive.name, "counts": done.counts}


def _restore(workshop: Workshop, archive: str) -> dict[str, Any]:
    done = restore(workshop, archive, SARA)
    return {"counts": done.counts, "refused": done.refused} if done.refused else {"counts": done.counts}


STEPS: dict[str, Callable[[Workshop, str], Any]] = {
    "standings": _standings,
    "install": lambda workshop, name: install(workshop, name, SARA),
    "upgrade": lambda workshop, name: upgrade(workshop, name, SARA),
    "pause": lambda workshop, name: pause(workshop, name, SARA),
    "resume": lambda workshop, name: resume(workshop, name, SARA),
    "uninstall": _uninstall,
    "restore": _restore,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
