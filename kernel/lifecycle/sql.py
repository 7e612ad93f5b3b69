"""Questions to PostgreSQL's catalogues, kept as files, and the quoting of names."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def catalogue(name: str) -> str:
    """Give the text of `catalogue/<name>.sql`: one query that takes `:schema`."""
    return files("kernel.lifecycle").joinpath("catalogue", f"{name}.sql").read_text(encoding="utf-8")


def quoted(*parts: str) -> str:
    """Quote a name of one or more parts, as PostgreSQL reads it."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
