"""Ids are never given twice, not even by a plugin that was uninstalled and comes anew: history, audit and
printed papers still speak of the old ones.
"""

from __future__ import annotations

from collections.abc import Iterable

from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import Connection, select

from kernel.extension.models import PluginStep
from kernel.lifecycle.catalog import Sequence, sequences_of
from kernel.lifecycle.driver import driver

DETAIL = "numbers"
"""Key under which the step of an uninstallation keeps the last number of each sequence."""


def last_numbers(sequences: Iterable[Sequence]) -> dict[str, int]:
    """Give what a step remembers of sequences: the last number of each that has given one."""
    return {sequence.name: sequence.last_value for sequence in sequences if sequence.is_called}


def go_on(connection: Connection, plugin: str) -> None:
    """Let the sequences of a plugin's schema go on after every number that they have ever given."""
    given: dict[str, int] = {}
    for details in connection.execute(
        select(PluginStep.details).where(PluginStep.plugin == plugin, PluginStep.action == "uninstall")
    ).scalars():
        for name, number in details.get(DETAIL, {}).items():
            given[name] = max(number, given.get(name, 0))
    for sequence in sequences_of(connection, plugin):
        if given.get(sequence.name, 0) >= sequence.last_value:
            set_sequence(connection, plugin, Sequence(sequence.name, given[sequence.name], is_called=True))


def set_sequence(connection: Connection, schema: str, sequence: Sequence) -> None:
    """Put a sequence where it stood."""
    name = Identifier(schema, sequence.name).as_string(driver(connection))
    driver(connection).execute(
        SQL("SELECT setval({}, {}, {})").format(
            Literal(name), Literal(sequence.last_value), Literal(sequence.is_called)
        )
    )
