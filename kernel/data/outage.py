"""Telling a lost database server from any other error, so that a page can say so and recover."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from sqlalchemy import exc

from kernel.data.errors import DatabaseUnavailable
from kernel.i18n import _

T = TypeVar("T")
PATIENCE = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds between tries at what must be written down: longer together than a crashed server needs to come back."""

_GOING_OR_FULL = {"57P01", "57P02", "57P03", "53300"}
"""Shut down by the administrator, crashed, starting up; too many connections."""


def is_outage(error: BaseException) -> bool:
    """Whether `error` means that the server did not answer, went away or takes no more connections."""
    if isinstance(error, DatabaseUnavailable | exc.TimeoutError):
        return True
    if isinstance(error, exc.DBAPIError):
        return error.connection_invalidated or _lost(error.orig)
    return _lost(error)


def outlasting(action: Callable[[], T]) -> T:
    """Do `action`, a transaction that may be done twice; where the server is away, again after a while, not for ever.

    For what cannot be asked for once more: a provider's answer.
    """
    for wait in PATIENCE:
        try:
            return action()
        except Exception as error:
            if not is_outage(error):
                raise
        time.sleep(wait)
    return action()


@contextmanager
def outages_named() -> Iterator[None]:
    """Turn an outage inside the block into `DatabaseUnavailable`; let every other error through unchanged."""
    try:
        yield
    except DatabaseUnavailable:
        raise
    except (exc.SQLAlchemyError, psycopg.Error) as error:
        if not is_outage(error):
            raise
        raise DatabaseUnavailable(
            _("The database does not answer at the moment. Nothing was changed; please try again shortly.")
        ) from error


def _lost(error: BaseException | None) -> bool:
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    state = error.sqlstate
    return state is None or state.startswith("08") or state in _GOING_OR_FULL
