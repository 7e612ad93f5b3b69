"""A plugin that is no part of the product: installed by pip, found by its entry point, through its whole
life.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from kernel.data.config import Config
from kernel.data.site import Site
from kernel.i18n.missing import translations_for, untranslated
from tests.lifecycle.driving import Driver, pip_install
from tests.lifecycle.hotels import OUTSIDE, add_party, check_in, data_hashes, older, rows, schema_dump


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the hotel's version 1.0.0."""
    folder = tmp_path_factory.mktemp("old")
    return pip_install(older(folder), folder / "environment")


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the hotel's version 1.1.0."""
    return pip_install(OUTSIDE / "hotel", tmp_path_factory.mktemp("new") / "environment")


@pytest.fixture
def driver(own_site: Site, config: Config, tmp_path: Path) -> Driver:
    return Driver.on(own_site, config, tmp_path)


@pytest.fixture
def engine(own_site: Site) -> Iterator[Engine]:
    made = create_engine(own_site.owner_url)
    yield made
    made.dispose()


@pytest.mark.long
def test_the_whole_life_of_a_plugin_from_outside(
    driver: Driver, engine: Engine, own_site: Site, old: Path, new: Path
) -> None:
    bare = schema_dump(own_site)
    driver.environment = old
    assert driver.run("install", "hotel") == ["hotel"]
    with engine.begin() as connection:
        guest = add_party(connection, "guest")
        stay = check_in(connection, rows(engine, "hotel.room")[0]["id"], guest, "2026-03-21")

    driver.environment = new
    assert driver.run("standings")["hotel"][0] == "outdated"
    before = schema_dump(own_site), data_hashes(engine)
    driver.run("upgrade", "hotel", point="upgraded")
    assert (schema_dump(own_site), data_hashes(engine)) == before
    assert driver.run("upgrade", "hotel") == ["hotel"]
    assert rows(engine, "hotel.stay")[0]["remarks"] == "since 1.0.0"
    assert [row["version_num"] for row in rows(engine, "hotel.migration")] == ["0002"]

    driver.run("pause", "hotel")
    assert driver.run("standings")["hotel"][0] == "paused"
    driver.run("resume", "hotel")
    installed = schema_dump(own_site)
    assert schema_dump(own_site, without="hotel") == bare

    driver.environment = None
    assert driver.run("standings")["hotel"] == ["quarantined", "Its code is gone."]
    removed = driver.run("uninstall", "hotel")
    assert removed["counts"]["stay"] == 1
    assert schema_dump(own_site) == bare

    driver.environment = new
    assert driver.run("restore", removed["archive"])["counts"]["stay"] == 1
    assert schema_dump(own_site) == installed
    assert [(row["id"], row["guest_id"]) for row in rows(engine, "hotel.stay")] == [(stay, guest)]


@pytest.mark.long
def test_an_archive_of_an_older_version_is_brought_forward(
    driver: Driver, engine: Engine, old: Path, new: Path
) -> None:
    driver.environment = old
    driver.run("install", "hotel")
    with engine.begin() as connection:
        check_in(
            connection, rows(engine, "hotel.room")[0]["id"], add_party(connection, "guest"), "2026-03-21"
        )
    archive = driver.run("uninstall", "hotel")["archive"]
    driver.environment = new
    driver.run("restore", archive)
    assert rows(engine, "hotel.stay")[0]["remarks"] == "since 1.0.0"
    assert rows(engine, "kernel.plugin")[0]["version"] == "1.1.0"
    newer = driver.run("uninstall", "hotel")["archive"]
    driver.environment = old
    assert "newer than its code" in driver.run("restore", newer)["refused"]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT to_regnamespace('hotel') IS NULL")).scalar_one()


def test_its_texts_are_said_in_persian() -> None:
    package = OUTSIDE / "hotel" / "hotel"
    left = untranslated(package, translations_for(package, "fa"))
    assert [f"{one.path.name}:{one.line} {one.message!r}" for one in left] == []
