"""A process killed in the middle of a step leaves the former state, to the last row; the same step then
succeeds.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from kernel.lifecycle.archive import FOLDER
from kernel.lifecycle.install import install
from kernel.lifecycle.restore import restore
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.uninstall import uninstall
from kernel.testing.looking import killed_at, look
from tests.lifecycle.hotels import SARA, rows, schema_dump

Step = Callable[[Workshop], object]


def die(engine: Engine, workshop: Workshop, step: Step, *points: str) -> None:
    before = look(engine)
    for point in points:
        assert killed_at(point, workshop, step), point
        assert look(engine) == before, point


@pytest.mark.long
def test_killed_at_every_point_of_a_life(workshop: Workshop, owner_engine: Engine) -> None:
    def installing(here: Workshop) -> object:
        return install(here, "hotel", SARA)

    def uninstalling(here: Workshop) -> object:
        return uninstall(here, "hotel", SARA)

    points = ("schema created", "migrated", "settled", "installed", "before commit")
    die(owner_engine, workshop, installing, *points)
    installing(workshop)
    whole = schema_dump(workshop.site)
    points = ("archived", "verified", "dropped", "traces removed", "before commit")
    die(owner_engine, workshop, uninstalling, *points)
    archive = uninstall(workshop, "hotel", SARA).archive

    def restoring(here: Workshop) -> object:
        return restore(here, archive.name, SARA)

    points = ("checked", "schema created", "filled", "restored", "before commit")
    die(owner_engine, workshop, restoring, *points)
    restoring(workshop)
    assert schema_dump(workshop.site) == whole


def test_a_half_written_archive_is_never_taken_for_one(hotel: Workshop) -> None:
    def dying(here: Workshop) -> object:
        return uninstall(here, "hotel", SARA)

    assert killed_at("archiving", hotel, dying)
    assert [path.name[0] for path in (hotel.site.files / FOLDER).iterdir()] == ["."]
    uninstall(hotel, "hotel", SARA)
    names = [path.name for path in (hotel.site.files / FOLDER).iterdir()]
    assert [name.endswith(".zip") for name in names] == [True]


def test_killed_after_the_commit_it_is_done(workshop: Workshop, owner_engine: Engine) -> None:
    assert killed_at("after commit", workshop, lambda here: install(here, "breaker", SARA))
    assert [row["name"] for row in rows(owner_engine, "kernel.plugin")] == ["breaker"]
    assert [row["action"] for row in rows(owner_engine, "kernel.plugin_step")] == ["install"]
