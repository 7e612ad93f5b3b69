"""A plugin that does not guard its rows: it is not installed, and where it is installed already, it alone does not run."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Engine, NullPool, create_engine

from kernel.access.policies import public
from kernel.extension.failures import FailureRows
from kernel.extension.state import State
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, repair, resume
from kernel.parties.models import Party
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from tests.lifecycle.hotels import SARA, rows, schema_dump


def without(monkeypatch: pytest.MonkeyPatch, model: str, *more: Any) -> None:
    """Take the policy of one of the hotel's models out of what it declares, and put others in."""
    import hotel.plugin

    left = tuple(each for each in hotel.plugin.policies() if each.model.__name__ != model)
    monkeypatch.setattr(hotel.plugin, "POLICIES", (*left, *more))
    assert tuple(hotel.plugin.policies()) == (*left, *more)


def running(workshop: Workshop) -> Runtime:
    return build_runtime(workshop.site, workshop.engines, discovery=workshop.discovery)


def test_a_model_without_a_policy_is_not_installed(
    workshop: Workshop, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "Stay")
    dump = schema_dump(workshop.site)
    with pytest.raises(StepRefused, match="Its model Stay has no policy"):
        install(workshop, "hotel", SARA)
    assert schema_dump(workshop.site) == dump
    assert rows(owner_engine, "kernel.plugin") == []


def test_a_policy_for_anothers_table_is_refused(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "", public(Party, "hotel.party"))
    with pytest.raises(StepRefused, match=r"kernel\.party, which is not its own"):
        install(workshop, "hotel", SARA)


def test_what_is_no_policy_at_all_is_refused(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "", "everybody")
    with pytest.raises(StepRefused, match="policies"):
        install(workshop, "hotel", SARA)


@pytest.mark.parametrize("more", [(), (public(Party, "hotel.party"),)])
def test_where_it_is_installed_already_the_rest_of_the_site_runs(
    hotel: Workshop, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch, more: tuple[Any, ...]
) -> None:
    kept = rows(owner_engine, "hotel.room")
    with monkeypatch.context() as patched:
        without(patched, "Stay", *more)
        _alone_does_not_run(hotel, r"kernel\.party" if more else "Its model Stay has no policy")
    assert rows(owner_engine, "hotel.room") == kept
    resume(hotel, "hotel", SARA)


def _alone_does_not_run(hotel: Workshop, words: str) -> None:
    runtime = running(hotel)
    reason = str(runtime.declared.declarations.broken["hotel"].text)
    assert re.search(words, reason)
    assert "hotel" not in runtime.plugins
    assert not [name for name in runtime.resources if name.startswith("hotel.")]
    assert "person" in runtime.resources
    pause(hotel, "hotel", SARA)
    with pytest.raises(StepRefused, match=words):
        resume(hotel, "hotel", SARA)


def test_it_goes_into_quarantine_with_the_reason_and_comes_back_once_it_is_mended(
    hotel: Workshop, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = FailureRows(create_engine(hotel.site.app_url, poolclass=NullPool))
    with monkeypatch.context() as patched:
        without(patched, "Stay")
        for _boot in range(10):
            build_runtime(hotel.site, hotel.engines, discovery=hotel.discovery, recorder=recorder)
        (row,) = rows(owner_engine, "kernel.plugin")
        assert row["state"] == State.QUARANTINED
        assert "Its model Stay has no policy" in row["reason"]
        with pytest.raises(StepRefused, match="Stay has no policy"):
            repair(hotel, "hotel", SARA)
    repair(hotel, "hotel", SARA)
    assert "hotel" in running(hotel).plugins
