"""The hotel from outside, its older version, and what is looked at before and after a step."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from kernel.extension.discovery import GROUP
from kernel.testing.looking import data_hashes, schema_dump

__all__ = [
    "OFFERS",
    "OUTSIDE",
    "SARA",
    "add_party",
    "check_in",
    "data_hashes",
    "older",
    "rows",
    "schema_dump",
]

OUTSIDE = Path(__file__).parents[1] / "outside"
OFFERS = (
    EntryPoint("hotel", "hotel.plugin", GROUP),
    EntryPoint("breaker", "breaker.plugin", GROUP),
)


@dataclass(frozen=True)
class Person:
    """Who does the steps in tests."""

    user_id: int = 7
    name: str = "Sara"


SARA = Person()


def older(target: Path) -> Path:
    """Copy the hotel's distribution as it was before its second migration: version 1.0.0."""
    source = target / "hotel"
    shutil.copytree(
        OUTSIDE / "hotel", source, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    )
    (source / "hotel" / "migrations" / "versions" / "0002_remarks.py").unlink()
    for path in (source / "pyproject.toml", source / "hotel" / "plugin.py"):
        path.write_text(path.read_text("utf-8").replace('"1.1.0"', '"1.0.0"'), "utf-8")
    for path, line in (
        (source / "hotel" / "models.py", "    remarks: Mapped[str | None] = mapped_column(Text)\n"),
        (
            source / "hotel" / "resources.py",
            '        fields.LongText("remarks", _("Remarks"), limit=2000),\n',
        ),
    ):
        content = path.read_text("utf-8")
        assert line in content
        path.write_text(content.replace(line, ""), "utf-8")
    return source


def add_party(connection: Connection, name: str, party_id: int | None = None) -> int:
    """Write a person with the fewest columns; gives the id."""
    columns = "kind, last_name, display_name, sort_key, search_key, search_private"
    values = "'person', :name, :name, :name, :name, ''"
    if party_id is not None:
        columns, values = f"id, {columns}", f"{party_id}, {values}"
    made: int = connection.execute(
        text(f"INSERT INTO kernel.party ({columns}) OVERRIDING SYSTEM VALUE VALUES ({values}) RETURNING id"),
        {"name": name},
    ).scalar_one()
    return made


def check_in(connection: Connection, room: int, guest: int, arrival: str, **values: Any) -> int:
    """Write a stay of two nights; gives its id."""
    names = "".join(f", {name}" for name in values)
    places = "".join(f", :{name}" for name in values)
    made: int = connection.execute(
        text(
            f"INSERT INTO hotel.stay (room_id, guest_id, arrival, departure{names}) "
            f"VALUES (:room, :guest, CAST(:arrival AS date), CAST(:arrival AS date) + 2{places}) RETURNING id"
        ),
        {"room": room, "guest": guest, "arrival": arrival, **values},
    ).scalar_one()
    return made


def rows(engine: Engine, table: str) -> list[dict[str, Any]]:
    """Give all rows of a table by id, as the owner sees them."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1")).mappings()]
