"""Plugins at a restore: missing ones are named before anything is made, may stay behind as archives, or come newer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.access.actor import load_actor
from kernel.administration.editions import apply_edition, load_edition
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.extension.discovery import Discovery, discover
from kernel.extension.editions import read_site_edition
from kernel.extension.state import State, read_states
from kernel.lifecycle.backup.errors import BackupRefused
from kernel.lifecycle.install import install
from kernel.lifecycle.restore import restore
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites
from tests.lifecycle.backup.conftest import Installation, back_up
from tests.lifecycle.hotels import OFFERS, OUTSIDE, SARA, add_party, check_in, rows


@pytest.fixture(scope="module")
def found() -> Iterator[Discovery]:
    """The hotel from outside, as if it were installed into the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("hotel", "breaker"):
            patch.syspath_prepend(str(OUTSIDE / name))
        yield discover(OFFERS)


@pytest.fixture(scope="module")
def stayed(worker_sites: WorkerSites, engines: Engines, found: Discovery) -> Iterator[Workshop]:
    """A hotel with a room, a guest and a stay."""
    workshop = Workshop(worker_sites.fresh(), engines, found)
    install(workshop, "hotel", SARA)
    with engines.owner(workshop.site).begin() as owner:
        guest = add_party(owner, "مهمان")
        room = owner.execute(
            text("INSERT INTO hotel.room (number, night_price) VALUES ('12', 100) RETURNING id")
        ).scalar_one()
        check_in(owner, room, guest, "2026-11-20")
        owner.execute(text("INSERT INTO kernel.setting (key, value) VALUES ('hotel.late', '1')"))
    yield workshop
    worker_sites.drop(workshop.site)


@pytest.fixture(scope="module")
def path(
    stayed: Workshop, config: Config, engines: Engines, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Its backup."""
    return back_up(config, engines, stayed.site, tmp_path_factory.mktemp("hotel")).path


def test_a_missing_plugin_is_named_before_anything_is_made(path: Path, elsewhere: Installation) -> None:
    with pytest.raises(BackupRefused) as refusal:
        elsewhere.restore(path, "nohotel", discovery=discover([]))
    assert "“hotel”" in str(refusal.value.text)
    assert len(refusal.value.obstacles) == 1
    with pytest.raises(BackupRefused, match="no plugin"):
        elsewhere.restore(path, "nohotel", without=("spa",))
    assert not (elsewhere.config.home / "sites" / "nohotel").exists()


def test_it_may_stay_behind_and_come_back_with_its_ids(
    stayed: Workshop, path: Path, elsewhere: Installation, found: Discovery
) -> None:
    before = rows(stayed.engines.owner(stayed.site), "hotel.stay")
    restored = elsewhere.restore(path, "later", discovery=discover([]), without=("hotel",))
    engine = elsewhere.engines.owner(restored.site)
    with engine.connect() as owner:
        assert read_states(owner) == {}
        assert owner.execute(text("SELECT count(*) FROM kernel.party")).scalar_one() == 1
        assert owner.execute(text("SELECT count(*) FROM kernel.setting")).scalar_one() == 0
        assert owner.execute(text("SELECT to_regnamespace('hotel')")).scalar_one() is None
    workshop = Workshop(restored.site, elsewhere.engines, found)
    done = restore(workshop, restored.archives["hotel"], SARA)
    assert done.counts["stay"] == 1
    assert rows(engine, "hotel.stay") == before
    assert rows(engine, "kernel.setting")[0]["key"] == "hotel.late"


def test_a_newer_plugin_is_refused_and_an_older_one_upgraded(
    stayed: Workshop, path: Path, elsewhere: Installation, found: Discovery
) -> None:
    hotel = found.plugins["hotel"]
    older = replace(hotel, plugin=replace(hotel.plugin, version="0.9"))
    past = replace(found, plugins={**found.plugins, "hotel": older})
    with pytest.raises(BackupRefused, match=r"0\.9"):
        elsewhere.restore(path, "past", discovery=past)
    newer = replace(hotel, plugin=replace(hotel.plugin, version="9.0"))
    future = replace(found, plugins={**found.plugins, "hotel": newer})
    restored = elsewhere.restore(path, "future", discovery=future)
    assert restored.upgraded == ("hotel",)
    with elsewhere.engines.owner(restored.site).connect() as owner:
        state = read_states(owner)["hotel"]
    assert (state.version, state.state) == ("9.0", State.ENABLED)
    assert rows(elsewhere.engines.owner(restored.site), "hotel.stay")[0]["id"] == 1


def test_a_paused_plugin_stays_paused_behind_its_walls(
    stayed: Workshop, config: Config, tmp_path: Path, elsewhere: Installation, found: Discovery
) -> None:
    pause(stayed, "hotel", SARA)
    path = back_up(config, stayed.engines, stayed.site, tmp_path).path
    resume(stayed, "hotel", SARA)
    restored = elsewhere.restore(path, "paused", discovery=found)
    with elsewhere.engines.owner(restored.site).connect() as owner:
        assert read_states(owner)["hotel"].state is State.PAUSED
    with elsewhere.engines.app(restored.site).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM hotel.stay")).scalar_one() == 0


def test_from_a_small_edition_to_a_larger_one(
    worker_sites: WorkerSites, config: Config, engines: Engines, elsewhere: Installation, tmp_path: Path
) -> None:
    small = worker_sites.fresh(edition="base1")
    with engines.owner(small).begin() as owner:
        add_party(owner, "مشتری")
        add_user(owner, "sara", {("person", "view"): "own"})
        limit = read_site_edition(owner).users_at_once
    taken = back_up(config, engines, small, tmp_path)
    worker_sites.drop(small)
    restored = elsewhere.restore(taken.path, "larger")
    workshop = Workshop(restored.site, elsewhere.engines, discover())
    apply_edition(workshop, load_edition(elsewhere.config, "clinic"), SARA)
    with elsewhere.engines.owner(restored.site).connect() as owner:
        assert read_states(owner)["medical"].state is State.ENABLED
        assert read_site_edition(owner).users_at_once != limit
        counts = {
            name: owner.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in ("kernel.party", "kernel.user_account", "kernel.user_pattern", "kernel.province")
        }
        assert counts == {name: restored.counts[name] for name in counts}
        assert load_actor(owner, 1).name == "sara"
