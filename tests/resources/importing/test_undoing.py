from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from kernel.resources.errors import NotFound, Refused
from kernel.resources.importing import kept_rows, undo_import, undoing
from kernel.resources.importing.runs import DONE, UNDOING, UNDONE
from kernel.resources.models import History
from tests.resources.bazaar import Health, Purchase
from tests.resources.importing.conftest import Importer, workbook


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(undoing, "BATCH", 3)


DATA = workbook(("نام", "موبایل", "وزن"), *((f"شخص {n}", f"0912{n:07}", 70) for n in range(8)))


def undo(importer, run_id):
    importer.execute("import.undo", run_id)
    undo_import(importer.runtime, run_id)
    return importer.state(run_id)


def test_everything_that_was_created_goes_and_can_come_again(importer, add):
    add({"name": "از پیش"})
    run = importer.bring(DATA)
    assert undo(importer, run.id).state == UNDONE
    assert importer.names() == ["از پیش"]
    with importer.runtime.system_work("look", "test") as context:
        assert not context.session.scalars(select(Health)).all()
        purged = context.session.scalars(select(History).where(History.action == "purge")).all()
        assert {each.changes["name"][0] for each in purged if "name" in each.changes} == {
            f"شخص {n}" for n in range(8)
        }
    assert importer.bring(DATA).created == 8


def test_what_was_changed_used_or_binned_since_stays_and_is_listed(runtime, importer):
    run = importer.bring(DATA)
    edited, used, binned, weighed, introduced, introducer, *_free = importer.clients()
    actor = importer.actor
    runtime.execute(actor, "record.edit", resource="client", record_id=edited.id, values={"name": "دیگر"})
    runtime.execute(actor, "record.delete", resource="client", record_id=binned.id)
    runtime.execute(
        actor,
        "record.edit",
        resource="client",
        record_id=weighed.id,
        values={},
        facets={"clinic": {"weight": "80"}},
    )
    runtime.execute(
        actor,
        "record.edit",
        resource="client",
        record_id=introduced.id,
        values={"referrer": str(introducer.id)},
    )
    with runtime.system_work("test data", "test") as context:
        context.session.add(Purchase(client_id=used.id, what="نان"))
    assert undo(importer, run.id).state == UNDONE
    with runtime.reading(actor) as context:
        kept = kept_rows(context, run.id)
    assert [row[1] for row in kept] == [
        edited.id,
        used.id,
        binned.id,
        weighed.id,
        introduced.id,
        introducer.id,
    ]
    assert all(row[2] for row in kept)
    assert len(importer.clients()) == 6


def test_records_that_point_to_each_other_go_together(importer):
    data = workbook(("نام", "معرف"), ("بزرگ", None), *((f"n{n}", None) for n in range(3)))
    importer.bring(data)
    run = importer.bring(workbook(("نام", "معرف"), *((f"m{n}", "بزرگ") for n in range(4))))
    first = importer.state(run.id - 1)
    undo(importer, first.id)
    assert "بزرگ" in importer.names()
    undo(importer, run.id)
    assert importer.names() == ["بزرگ"]


class Killed(BaseException):
    pass


def test_killed_at_any_moment_it_goes_on(importer, monkeypatch):
    run = importer.bring(DATA)
    importer.execute("import.undo", run.id)
    original = undoing._mark
    calls = []

    def kill(*arguments):
        original(*arguments)
        calls.append(1)
        if len(calls) == 2:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(undoing, "_mark", kill)
        with pytest.raises(Killed):
            undo_import(importer.runtime, run.id)
    assert importer.state(run.id).state == UNDOING
    assert len(importer.names()) == 5
    undo_import(importer.runtime, run.id)
    assert (importer.state(run.id).state, importer.names()) == (UNDONE, [])


def test_only_an_ended_import_of_ones_own_can_be_undone(runtime, importer, user):
    run_id = importer.upload(DATA)
    with pytest.raises(Refused):
        importer.execute("import.undo", run_id)
    importer.confirm(run_id)
    importer.go(run_id)
    with pytest.raises(NotFound):
        Importer(runtime, user("ali")).execute("import.undo", run_id)
    undo_import(runtime, run_id)
    assert importer.state(run_id).state == DONE
    assert len(importer.names()) == 8


def test_what_a_plugin_says_stands_in_the_way_stays(importer, monkeypatch):
    run = importer.bring(DATA)
    first = importer.clients()[0].id

    answer = SimpleNamespace(value={first: [SimpleNamespace(text="قرارداد")]})
    monkeypatch.setattr(type(importer.runtime), "require", lambda _runtime, _hook, **_arguments: [answer])
    undo(importer, run.id)
    assert importer.names() == ["شخص 0"]
