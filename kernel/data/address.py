"""One database address in two spellings: SQLAlchemy's URL, and the string of the server's own programs."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url


def conninfo(url: str, **more: str | int) -> str:
    """The address `url` as psycopg and `pg_dump` read it, password included; `more` adds options."""
    parts = make_url(url)
    known: dict[str, Any] = {
        "host": parts.host,
        "port": parts.port,
        "user": parts.username,
        "password": parts.password,
        "dbname": parts.database,
        **parts.query,
        **more,
    }
    return make_conninfo(**{name: value for name, value in known.items() if value is not None})
