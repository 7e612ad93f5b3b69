"""A running site with interactions, and short ways of recording and reading them."""

from __future__ import annotations

import pytest

from kernel.interactions.part import PART as INTERACTIONS
from kernel.parties.part import PART as PARTIES
from kernel.parties.relation_kinds import KERNEL_KINDS, seed_kinds
from kernel.resources import base_data
from kernel.resources.build import build_runtime
from tests.parties.conftest import EVERYTHING, Office
from tests.web.conftest import id_of, run, sign_in, wsgi  # noqa: F401 - fixtures

ALL = (
    EVERYTHING
    | {("party", "merge"): "all"}
    | {
        (resource, action): "all"
        for resource in ("interaction", "call")
        for action in ("view", "create", "edit", "delete", "assign", "purge", "import")
    }
)


@pytest.fixture
def runtime(site, engines, clock):
    made = build_runtime(site, engines, isolate=False)
    made.clock = clock
    with made.system_work("set the site up", "test") as context:
        base_data.seed(context, (*PARTIES.base_lists, *INTERACTIONS.base_lists))
        seed_kinds(context, KERNEL_KINDS)
    return made


class Desk(Office):
    """Somebody who records interactions."""

    def record(self, party, *others, **values):
        values = {"channel": "visit", "party": party, **values}
        parties = [{"party": other} for other in others]
        return self.run("interaction.record", values=values, parties=parties)

    def record_with(self, values, **arguments):
        return self.run("interaction.record", values=values, **arguments)


@pytest.fixture
def desk(runtime, make_user):
    """Somebody who may do everything with parties and interactions."""
    return Desk(runtime, make_user("sara", ALL))


@pytest.fixture
def make_desk(runtime, make_user):
    """Make somebody else with the given grants."""
    return lambda name, grants, **options: Desk(runtime, make_user(name, grants, **options))
