"""A running site with the parts of the kernel up to parties, and short ways of writing records in it."""

from __future__ import annotations

import pytest

from kernel.extension.discovery import discover
from kernel.parties.part import PART
from kernel.parties.relation_kinds import KERNEL_KINDS, seed_kinds
from kernel.resources import base_data
from kernel.resources.build import build_runtime

EVERYTHING = {
    (resource, action): "all"
    for resource in ("party", "party_group", "place", "base_data")
    for action in ("view", "create", "edit", "delete", "restore", "assign", "purge", "import")
}


@pytest.fixture(scope="module")
def discovery():
    return discover()


@pytest.fixture
def runtime(site, engines, clock, discovery):
    made = build_runtime(site, engines, discovery=discovery, isolate=False)
    made.clock = clock
    with made.system_work("set the site up", "test") as context:
        base_data.seed(context, PART.base_lists)
        seed_kinds(context, KERNEL_KINDS)
    return made


class Office:
    """Somebody at work: short ways of running commands and of reading what came of them."""

    def __init__(self, runtime, actor):
        self.runtime = runtime
        self.actor = actor

    def run(self, command, /, **arguments):
        return self.runtime.execute(self.actor, command, **arguments)

    def create(self, resource, parts=None, **values):
        return self.run("record.create", resource=resource, values=values, parts=parts)

    def person(self, parts=None, **values):
        return self.create("person", parts, **values)

    def organisation(self, parts=None, **values):
        return self.create("organisation", parts, **values)

    def edit(self, resource, record_id, parts=None, **values):
        return self.run("record.edit", resource=resource, record_id=record_id, values=values, parts=parts)

    def all(self, statement):
        with self.runtime.reading(self.actor) as context:
            return list(context.session.execute(statement).scalars())

    def one(self, statement):
        (found,) = self.all(statement)
        return found


@pytest.fixture
def office(runtime, make_user):
    """Somebody who may do everything with parties."""
    return Office(runtime, make_user("sara", EVERYTHING))


@pytest.fixture
def own_office(runtime, make_user):
    """Somebody who sees and writes his own parties only."""
    grants = {("party", action): "own" for action in ("view", "create", "edit")}
    return Office(runtime, make_user("reza", grants))
