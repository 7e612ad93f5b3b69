"""psycopg's own connection beneath SQLAlchemy's: for `COPY`, and for statements about tables that only the
database knows.
"""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import Connection


def driver(connection: Connection) -> psycopg.Connection[tuple[Any, ...]]:
    """Give the driver's connection; what is sent through it stands in the same transaction."""
    made: psycopg.Connection[tuple[Any, ...]] | None = connection.connection.driver_connection
    assert made is not None
    return made
