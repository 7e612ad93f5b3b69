"""Running `tests.lifecycle.drive` on a site, with distributions from outside in the environment."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.data.config import Config
from kernel.data.site import Site

ROOT = Path(__file__).parents[2]


def pip_install(source: Path, target: Path) -> Path:
    """Install a distribution from its source into a folder, as `pip` does, without the network; gives the
    folder.
    """
    build = target.with_name(f"build-{target.name}")
    shutil.copytree(source, build, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    options = [
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--no-cache-dir",
        "--disable-pip-version-check",
    ]
    command = [sys.executable, "-m", "pip", "install", "-q", *options, "--target", str(target), str(build)]
    subprocess.run(command, check=True, capture_output=True)
    return target


@dataclass
class Driver:
    """Drives steps on one site; `environment` is the folder whose distributions are found, besides the
    product's.
    """

    pickled: Path
    environment: Path | None = None

    @classmethod
    def on(cls, site: Site, config: Config, folder: Path) -> Driver:
        """Prepare a driver; nothing is in the environment yet."""
        pickled = folder / "site.pickle"
        pickled.write_bytes(pickle.dumps((site, config)))
        return cls(pickled)

    def run(self, step: str, argument: str = "", *, point: str = "") -> Any:
        """Do a step and give its result; with `point` the process must have died there."""
        paths = [str(path) for path in (self.environment, ROOT) if path is not None]
        done = subprocess.run(
            [sys.executable, "-m", "tests.lifecycle.drive", str(self.pickled), step, argument, point],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            check=False,
        )
        if point:
            assert done.returncode == -signal.SIGKILL, (
                f"{step} did not reach {point}: {done.stdout}{done.stderr}"
            )
            return None
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])
