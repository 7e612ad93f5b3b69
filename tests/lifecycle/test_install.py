from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from kernel.extension.calling import HookFailed
from kernel.extension.state import State, read_epoch, read_states
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.install import install
from kernel.lifecycle.plan import plan_install
from kernel.lifecycle.steps import Workshop
from tests.lifecycle.hotels import SARA, rows, schema_dump


def epoch(engine: Engine) -> int:
    with engine.connect() as connection:
        return read_epoch(connection)


def test_a_plan_changes_nothing(workshop: Workshop, owner_engine: Engine) -> None:
    before = epoch(owner_engine)
    plan = plan_install(workshop, "hotel", SARA)
    assert (plan.adds, plan.obstacles) == (("hotel",), ())
    assert epoch(owner_engine) == before


def test_installing_makes_tables_walls_seed_row_step_and_epoch(
    workshop: Workshop, owner_engine: Engine
) -> None:
    before, dump = epoch(owner_engine), schema_dump(workshop.site)
    assert install(workshop, "hotel", SARA) == ("hotel",)
    assert epoch(owner_engine) == before + 1
    assert [room["number"] for room in rows(owner_engine, "hotel.room")] == ["seed", "1"]
    with owner_engine.connect() as connection:
        state = read_states(connection)["hotel"]
        policies = connection.execute(
            text("SELECT count(*) FROM pg_policies WHERE schemaname = 'hotel' AND tablename = 'stay'")
        ).scalar_one()
    assert (state.state, state.version, state.title, len(state.walls)) == (
        State.ENABLED,
        "1.1.0",
        "Hotel",
        64,
    )
    assert policies > 0
    (step,) = rows(owner_engine, "kernel.plugin_step")
    assert (step["plugin"], step["action"], step["actor_id"], step["actor_name"]) == (
        "hotel",
        "install",
        7,
        "Sara",
    )
    assert (step["from_state"], step["to_state"]) == ("available", "enabled")
    assert (step["from_version"], step["to_version"]) == (None, "1.1.0")
    assert schema_dump(workshop.site, without="hotel") == dump


def test_installing_twice_is_refused(hotel: Workshop) -> None:
    with pytest.raises(StepRefused, match="installed already"):
        install(hotel, "hotel", SARA)


def test_an_unknown_name_is_refused(workshop: Workshop) -> None:
    with pytest.raises(StepRefused, match="no plugin named “motel”"):
        install(workshop, "motel", SARA)


def test_a_schema_of_somebody_else_is_left_alone(workshop: Workshop, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA hotel"))
    with pytest.raises(StepRefused, match="not this plugin's"):
        install(workshop, "hotel", SARA)


def test_a_seed_that_fails_leaves_nothing(
    workshop: Workshop, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    import breaker.plugin

    monkeypatch.setattr(breaker.plugin, "CALM", False)
    dump = schema_dump(workshop.site)
    with pytest.raises((HookFailed, StepRefused)):
        install(workshop, "breaker", SARA)
    assert schema_dump(workshop.site) == dump
    assert rows(owner_engine, "kernel.plugin") == []
    assert rows(owner_engine, "kernel.plugin_step") == []


def test_a_failure_at_any_point_leaves_nothing(workshop: Workshop, owner_engine: Engine) -> None:
    dump, before = schema_dump(workshop.site), epoch(owner_engine)
    points: list[str] = []

    class Stopped(Exception):
        pass

    install(replace(workshop, reach=points.append), "breaker", SARA)
    for point in points[:-1]:

        def stop(passed: str, point: str = point) -> None:
            if passed == point:
                raise Stopped

        with pytest.raises(Stopped):
            install(replace(workshop, reach=stop), "hotel", SARA)
    assert points[-1] == "after commit"
    assert [row["name"] for row in rows(owner_engine, "kernel.plugin")] == ["breaker"]
    assert epoch(owner_engine) == before + 1
    assert schema_dump(workshop.site, without="breaker") == dump


def test_of_two_who_install_at_once_one_is_told(workshop: Workshop, owner_engine: Engine) -> None:
    def installing(_number: int) -> str:
        try:
            install(workshop, "hotel", SARA)
        except StepRefused as refused:
            return str(refused)
        return "done"

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(installing, range(3)))
    assert answers.count("done") == 1
    assert sum("installed already" in answer for answer in answers) == 2
    assert [row["action"] for row in rows(owner_engine, "kernel.plugin_step")] == ["install"]
