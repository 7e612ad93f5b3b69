"""The statement corpus over the models of a plugin: by the session alone, by the database alone, by both."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

from sqlalchemy import LargeBinary, Text, UniqueConstraint, inspect
from sqlalchemy.orm import Session

from kernel.access.actor import Actor
from kernel.access.identity import Identity
from kernel.access.policies import Policy, PolicySet, Rows, System
from kernel.access.session import open_session
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.testing.conformance.scene import Scene
from kernel.testing.corpus import SHAPES, Subject, examine
from kernel.testing.rows import Batch, RowMaker

WALLS = ("session", "database", "both")
HARMLESS = re.compile(
    r"psycopg\.errors\.(\w*Violation|InvalidText\w+|DatatypeMismatch|(Undefined|Ambiguous)Function|InvalidDatetime\w+)"
    r"|\(builtins\.\w+Error\)"
)
"""Errors by which a table's own types and constraints stop a shape: nothing was reached."""


def subjects(scene: Scene, maker: RowMaker, mine: Batch, theirs: Batch) -> Iterator[Subject]:
    """Each protected model with the rows that are the actor's own, and those that are not."""
    for policy in scene.declared.policies:
        table = policy.table.fullname
        if not (mine.ids.get(table) and theirs.ids.get(table)) or scene.for_everybody(policy):
            continue
        seen, hidden = frozenset(mine.ids[table]), frozenset(theirs.ids[table])
        if isinstance(policy, System):
            seen, hidden = frozenset(), seen | hidden
        yield Subject(
            policy.model,
            seen,
            hidden,
            plain_column(policy),
            foreign=lambda policy=policy: _foreign(policy, maker, theirs),  # type: ignore[misc]
            give_away=_giving_away(policy, theirs.user_id),
        )


def plain_column(policy: Policy) -> str:
    """A column of text that no constraint speaks of, or else the first that no scope compares."""
    table = policy.table
    bound = {column.key for index in table.indexes if index.unique for column in index.columns}
    bound |= {c.key for one in table.constraints if isinstance(one, UniqueConstraint) for c in one.columns}
    checks = " ".join(str(getattr(one, "sqltext", "")) for one in table.constraints)
    free = [each for each in table.columns if each.key not in policy.guarded and not each.foreign_keys]
    texts = [each.key for each in free if isinstance(each.type, Text) and each.key not in bound]
    unnamed = [key for key in texts if not re.search(rf"\b{key}\b", checks)]
    # Shapes write a text, which the driver sends to a column of bytes no more than the database would take it.
    written = [each.key for each in free if not isinstance(each.type, LargeBinary)]
    return str((unnamed or texts or written or [each.key for each in free])[0])


def _foreign(policy: Policy, maker: RowMaker, theirs: Batch) -> object:
    values = maker.values(policy.table, theirs, theirs.first + 1000)
    attributes = inspect(policy.model).column_attrs
    return policy.model(
        **{each.key: values[each.columns[0].key] for each in attributes if each.columns[0].key in values}
    )


def _giving_away(policy: Policy, other: int) -> Any:
    if not isinstance(policy, Rows) or not policy.scopes.get("own") or policy.party is not None:
        return None
    columns = policy.scopes["own"]

    def give(record: Any) -> None:
        for name in columns:
            setattr(record, name, other)

    return give


def walls(
    scene: Scene,
    engines: Engines,
    site: Site,
    sara: Actor,
    mine: Batch,
    theirs: Batch,
    *,
    which: str,
    turns: int = 1,
) -> tuple[int, list[str]]:
    """Try every shape on every protected model; gives how many were tried, and what went wrong.

    With `turns`, every so many-th shape on each model, others on the next.
    """
    tried, problems = 0, []
    with engines.owner(site).connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        maker = scene.maker(connection)
        for place, subject in enumerate(subjects(scene, maker, mine, theirs)):
            with opened(engines, site, sara, scene.declared.everything, which) as session:
                for shape in SHAPES[place % turns :: turns]:
                    if shape.fits(subject):
                        tried += 1
                        wrong = examine(shape, subject, session, site.signing_key, wall1=which != "database")
                        if wrong and not HARMLESS.search(wrong):
                            problems.append(f"{subject.name}: {shape.name.replace('_', ' ')}: {wrong}")
                        session.expunge_all()
    return tried, problems


def opened(engines: Engines, site: Site, actor: Actor, policies: PolicySet, which: str) -> Session:
    """Open a session with the wall of the session, that of the database, or both."""
    if which == "database":
        session = Session(engines.app(site), expire_on_commit=False)
        Identity(site.signing_key, actor).announce(session.connection())
        return session
    engine = engines.owner(site) if which == "session" else engines.app(site)
    return open_session(engine, site, actor, policies)
