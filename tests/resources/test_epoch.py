"""A command that begins after plugins were switched does not run with what was declared before."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from kernel.administration.assembly import assemble
from kernel.resources.build import build_runtime
from kernel.resources.errors import EpochChanged


def test_a_command_on_a_stale_runtime_changes_nothing(site, engines, make_user) -> None:
    assemble()
    administrator = make_user("head", administrator=True)
    stale = build_runtime(site, engines)
    with engines.owner(site).begin() as owner:
        owner.execute(text("SELECT kernel.raise_epoch()"))
    wanted = {"resource": "person", "values": {"last_name": "Rad"}}
    with pytest.raises(EpochChanged):
        stale.execute(administrator, "record.create", **wanted)
    with engines.owner(site).connect() as owner:
        assert owner.execute(text("SELECT count(*) FROM kernel.party")).scalar_one() == 0
    assert build_runtime(site, engines).execute(administrator, "record.create", **wanted)
