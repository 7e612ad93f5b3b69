"""Looking at a whole database before and after a step: definitions, and hashes of rows."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Engine, text

from kernel.data.address import conninfo
from kernel.data.binaries import tool
from kernel.data.site import Site
from kernel.lifecycle.ownership import outside
from kernel.lifecycle.steps import Workshop


def schema_dump(site: Site, *, without: str | None = None, walls: bool = True) -> str:
    """Give the definition of everything in the site's database as text, as `pg_dump` writes it.

    Not of the schema `without`; and without row security unless `walls` are wanted.
    """
    command = [str(tool("pg_dump")), "--schema-only", "--no-comments", conninfo(site.owner_url)]
    if without is not None:
        command.append(f"--exclude-schema={without}")
    if not walls:
        command.append("--no-policies")
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - pg_dump
    lines = output.splitlines()
    return "\n".join(line for line in lines if not line.startswith(("--", "\\restrict", "\\unrestrict")))


def data_hashes(engine: Engine, *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """Give a hash of the rows of every table in the database but those of `without`."""
    with engine.connect() as connection:
        names = connection.execute(
            text(
                "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
            )
        ).scalars()
        question = "SELECT coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM {} t"
        return {
            name: connection.execute(text(question.format(name))).scalar_one()
            for name in names.all()
            if name not in without
        }


def look(engine: Engine) -> tuple[dict[str, str], dict[str, str]]:
    """Look at everything: each definition, and a hash of each table's rows. Leaves no connection open."""
    with engine.connect() as connection:
        definitions = outside(connection, "")
    hashes = data_hashes(engine)
    engine.dispose()
    return definitions, hashes


def dying_at(point: str) -> Callable[[str], None]:
    """Make a listener that kills this process, without any farewell, when the point is reached."""

    def reach(passed: str) -> None:
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return reach


def killed_at(point: str, workshop: Workshop, step: Callable[[Workshop], object]) -> bool:
    """Do a step in a process of its own that dies at the named point; say whether it got there."""
    child = os.fork()
    if child == 0:
        try:
            step(replace(workshop, reach=dying_at(point)))
        finally:
            os._exit(1)
    return os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
