"""Every model of the kernel and of every plugin in this repository: the walls against the oracle, and the corpus.

What is tried follows from the policies, so that a new model is covered by being there.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from sqlalchemy import Connection, FromClause, Integer, func, insert, select, update
from sqlalchemy.types import TypeDecorator

from kernel.access.actor import Actor, load_actor
from kernel.access.judging import row_by_key, rows_of
from kernel.access.models import PatternField, PatternPlace
from kernel.access.policies import Child, Policy, Sealed, System
from kernel.administration.rights import grantable
from kernel.data.base import META
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.parties.models import Consent, Party
from kernel.resources.build import build_runtime
from kernel.resources.desks.models import DeskLayout
from kernel.resources.runtime import Runtime
from kernel.testing.authors import install_plugin
from kernel.testing.comparing import compare
from kernel.testing.conformance.walls import HARMLESS, opened, plain_column
from kernel.testing.corpus import SHAPES, Subject, examine
from kernel.testing.oracle import Holding, Oracle
from kernel.testing.rows import Batch, CannotMakeRows, RowMaker, add_parties
from kernel.testing.users import Wanted, add_user
from kernel.testing.worker_sites import WorkerSites

SHAPES_OF_A_MODEL = 4
"""So many shapes are tried on each model in the gate, others on the next; the long round tries all on all."""
PARTY, USER = "kernel.party", "kernel.user_account"


@dataclass
class Everything:
    """A site with all plugins, and two rows of each of two users in every table."""

    site: Site
    engines: Engines
    runtime: Runtime
    sara: Batch
    omid: Batch

    def add_user(self, username: str, grants: Wanted) -> Actor:
        with self.engines.owner(self.site).begin() as owner:
            return add_user(owner, username, grants)


def _install_all(engines: Engines, site: Site) -> None:
    for name in sorted(discover().plugins):
        install_plugin(engines, name, site)


@pytest.fixture
def everything(worker_sites: WorkerSites, engines: Engines) -> Iterator[Everything]:
    site = worker_sites.kept("all plugins", partial(_install_all, engines))
    runtime = build_runtime(site, engines, isolate=False)
    with engines.owner(site).begin() as owner:
        sara, omid = (_fill(owner, runtime, name, place * 3) for place, name in enumerate(("sara", "omid")))
    yield Everything(site, engines, runtime, sara, omid)
    engines.dispose(site.name)
    worker_sites.clean("all plugins")


OF_A_PATTERN: dict[FromClause, dict[str, Any]] = {
    PatternPlace.__table__: {"kind": "province", "place_id": 1},
    PatternField.__table__: {"resource": "party", "field": "mobile", "rule": "hidden"},
}
"""Tables keyed by words, whose rows are made by hand."""


@cache
def own_rows() -> dict[str, Callable[[Batch, int, int], dict[str, Any]]]:
    """What plugins give where rows hang together as nobody can guess: `OWN` of the module `rows` of their tests."""
    names = [f"plugins.{name}.tests.rows" for name in sorted(discover().plugins)]
    found = [import_module(name) for name in names if find_spec(name.rpartition(".")[0]) and find_spec(name)]
    return {table: build for module in found for table, build in module.OWN.items()}


def _fill(owner: Connection, runtime: Runtime, name: str, first: int) -> Batch:
    grants = {(right.name, action): "own" for right in grantable(runtime) for action in right.actions}
    number = add_user(owner, name, grants).user_id or 0
    batch = Batch(number, add_parties(owner, number, [f"{name} {place}" for place in range(3)]), name, first)
    batch.ids[USER] = [number]
    owner.execute(update(Party).where(Party.id == batch.parties[0]).values(province_id=first // 3 + 1))
    policies = {policy.table: policy for policy in runtime.policies}
    maker = RowMaker(owner, list(policies), list(runtime.policies), {})
    ordered = [each for each in META.sorted_tables if each in policies and each.fullname not in (PARTY, USER)]
    # A parent that only the policy names has no say in the order of tables: its children come last.
    for table in sorted(ordered, key=lambda each: _hangs_loosely(policies[each])):
        batch.ids[table.fullname] = _rows(owner, maker, policies[table], batch)
    batch.ids[PARTY] = list(batch.parties)
    return batch


def _hangs_loosely(policy: Policy) -> bool:
    return isinstance(policy, Child) and not policy.table.c[policy.key].foreign_keys


def _rows(owner: Connection, maker: RowMaker, policy: Policy, batch: Batch) -> list[int]:
    """Two rows of a table; where none can be made of a table that is the kernel's alone, those that stand there do."""
    table = policy.table
    if table in OF_A_PATTERN:
        pattern = batch.ids["kernel.pattern"][0]
        owner.execute(insert(table).values(pattern_id=pattern, **OF_A_PATTERN[table]))
        return [pattern]
    if table is DeskLayout.__table__:  # one for each user
        return maker.make_some(table, batch, 1)
    if table is Consent.__table__:
        values = {**maker.values(table, batch, batch.first), "covers_faith": True}
        return [int(owner.execute(insert(table).values(values).returning(table.c.id)).scalar_one())]
    build = own_rows().get(table.fullname)
    if build is not None:
        stamps = {"created_by": batch.user_id, "updated_by": batch.user_id}
        values = [{**stamps, **build(batch, batch.first + place, place)} for place in range(2)]
        return [
            int(owner.execute(insert(table).values(row).returning(table.c.id)).scalar_one()) for row in values
        ]
    try:
        return maker.make_some(table, batch, 2)
    except CannotMakeRows:
        if isinstance(policy, System):
            return []
        raise


def _mixes(runtime: Runtime, seed: int) -> dict[tuple[str, str], set[str]]:
    """Any rights in any of their scopes: some users see parties only, some single facets, some nearly all."""
    chance = random.Random(seed)
    grants: dict[tuple[str, str], set[str]] = {}
    for right in grantable(runtime):
        for action, scopes in right.actions.items():
            if chance.random() < 0.6:
                grants[right.name, action] = set(
                    chance.sample(scopes, chance.randint(1, min(2, len(scopes))))
                )
    return grants


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 25))])
def test_walls_and_oracle_agree_on_every_row(everything: Everything, seed: int) -> None:
    runtime = everything.runtime
    actor = everything.add_user(f"mixed{seed}", _mixes(runtime, seed))
    seen, problems = compare(everything.engines, everything.site, actor, runtime.policies)
    assert not problems
    assert seen


@pytest.mark.long
def test_who_holds_nothing_sees_what_is_everybodys(everything: Everything) -> None:
    nobody = everything.add_user("nothing", {})
    few, problems = compare(everything.engines, everything.site, nobody, everything.runtime.policies)
    own, _problems = compare(
        everything.engines,
        everything.site,
        _again(everything, everything.sara.user_id),
        everything.runtime.policies,
    )
    assert not problems
    assert few < own


def _again(everything: Everything, number: int) -> Actor:
    with everything.engines.owner(everything.site).connect() as owner:
        return load_actor(owner, number)


def _subjects(everything: Everything, actor: Actor) -> Iterator[Subject]:
    """Every model of which he sees some rows, or none, and others are hidden; keys that are words take no part."""
    policies = everything.runtime.policies
    with everything.engines.owner(everything.site).connect() as owner:
        oracle = Oracle(Holding.of(actor), policies, rows_of(owner), actor)
        for policy in policies:
            if isinstance(policy, Sealed) or not _numbered(policy) or not _has_plain_column(policy):
                continue
            key = next(iter(policy.table.primary_key)).key
            rows = [row_by_key(policy.table, row) for row in _all(owner, policy)]
            seen = {row[key] for row in rows if oracle.sees(policy, row)}
            hidden = {row[key] for row in rows} - seen
            if hidden and len(rows) == len(seen | hidden):
                yield Subject(policy.model, frozenset(seen), frozenset(hidden), plain_column(policy))


def _all(owner: Connection, policy: Policy) -> list[object]:
    return list(owner.execute(select(*policy.table.columns)).mappings())


def _has_plain_column(policy: Policy) -> bool:
    """A table of nothing but keys has no column that a shape could read or write; `compare` looks at it."""
    return any(each.key not in policy.guarded and not each.foreign_keys for each in policy.table.columns)


def _numbered(policy: Policy) -> bool:
    kind = next(iter(policy.table.primary_key)).type
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, Integer)


@pytest.mark.parametrize(
    "whole",
    [pytest.param(False, id="some shapes"), pytest.param(True, marks=pytest.mark.long, id="all shapes")],
)
def test_no_shape_gets_past_the_walls(everything: Everything, whole: bool) -> None:
    actor = _again(everything, everything.sara.user_id)
    site, engines, policies = everything.site, everything.engines, everything.runtime.policies
    subjects = list(_subjects(everything, actor))
    names = {subject.name.partition(".")[0] for subject in subjects}
    assert names == {policy.table.schema for policy in policies if not isinstance(policy, System)}
    problems = []
    for which in ("session", "database", "both") if whole else ("database", "both"):
        with opened(engines, site, actor, policies, which) as session, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for place, subject in enumerate(subjects):
                fitting = [shape for shape in SHAPES if shape.fits(subject)]
                start = place * SHAPES_OF_A_MODEL % len(fitting)
                chosen = fitting if whole else (fitting * 2)[start : start + SHAPES_OF_A_MODEL]
                for shape in chosen:
                    wrong = examine(shape, subject, session, site.signing_key, wall1=which != "database")
                    if wrong and not HARMLESS.search(wrong):
                        problems.append(f"{subject.name}, {shape.name}, {which}: {wrong}")
                    session.expunge_all()
    assert not problems


def test_every_model_has_rows(everything: Everything) -> None:
    with everything.engines.owner(everything.site).connect() as owner:
        empty = [
            policy.table.fullname
            for policy in everything.runtime.policies
            if not isinstance(policy, System)
            and not owner.scalar(select(func.count()).select_from(policy.table))
        ]
    assert not empty
