"""The night's backup: when it is due, that it catches up once, and which backups are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import jdatetime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from kernel.administration.backups.running import is_due, last_due
from kernel.jobs import run
from kernel.jobs.models import JobRow, WorkRow
from kernel.lifecycle.backup.book import find, let_go, make_backup
from kernel.lifecycle.backup.errors import BackupRefused
from kernel.lifecycle.backup.keeping import Keep, kept
from kernel.lifecycle.backup.models import BackupRow
from kernel.resources.build import build_runtime

TEHRAN = ZoneInfo("Asia/Tehran")
NIGHT = datetime(2026, 11, 28, 2, 0, tzinfo=TEHRAN)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("rows", "now", "wanted"),
    [
        ([], NIGHT, True),
        ([], NIGHT + 20 * HOUR, True),
        ([(NIGHT, "done")], NIGHT + HOUR, False),
        ([(NIGHT, "gone")], NIGHT + HOUR, False),
        ([(NIGHT, "running")], NIGHT + HOUR, False),
        ([(NIGHT - HOUR, "done")], NIGHT + HOUR, True),
        ([(NIGHT, "failed")], NIGHT + HOUR / 2, False),
        ([(NIGHT, "failed")], NIGHT + HOUR, True),
        (
            [(NIGHT, "failed"), (NIGHT + HOUR, "failed"), (NIGHT + 2 * HOUR, "failed")],
            NIGHT + 9 * HOUR,
            False,
        ),
    ],
)
def test_when_a_backup_is_due(rows, now, wanted):
    assert is_due(rows, now, last_due(now, 2, TEHRAN)) is wanted


def test_the_hour_is_that_of_the_sites_clock():
    assert last_due(datetime(2026, 11, 27, 22, 30, tzinfo=UTC), 2, TEHRAN) == NIGHT
    assert last_due(datetime(2026, 11, 27, 22, 29, tzinfo=UTC), 2, TEHRAN) == NIGHT - 24 * HOUR


def oracle(moments, keep):
    """The same, by walking back day by day in another calendar's words."""
    days = {each: jdatetime.datetime.fromgregorian(datetime=each.astimezone(TEHRAN)) for each in moments}
    local = sorted(days.items(), reverse=True)
    chosen = {local[0][0]} if local else set()
    for count, name in (
        (keep.daily, lambda d: (d.year, d.month, d.day)),
        (keep.weekly, lambda d: (d - jdatetime.timedelta(days=d.weekday())).date()),
        (keep.monthly, lambda d: (d.year, d.month)),
    ):
        seen = []
        for moment, day in local:
            if name(day) not in seen:
                seen.append(name(day))
                if len(seen) <= count:
                    chosen.add(moment)
    return chosen


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 4 * 365 * 24), max_size=40),
    st.integers(0, 8),
    st.integers(0, 5),
    st.integers(0, 14),
)
def test_what_is_kept(hours, daily, weekly, monthly):
    moments = [datetime(2024, 1, 1, 21, 15, tzinfo=UTC) + hour * HOUR for hour in hours]
    keep = Keep(daily, weekly, monthly)
    assert kept(moments, keep, TEHRAN) == oracle(moments, keep)


@pytest.fixture
def runtime(site, engines):
    return build_runtime(site, engines)


def asked(engines, site):
    with engines.owner(site).connect() as owner:
        return owner.execute(select(WorkRow.arguments).where(WorkRow.kind == "backup.make")).scalars().all()


def test_the_night_asks_once_also_after_downtime(
    site, engines, runtime, clock, monkeypatch, config, tmp_path
):
    monkeypatch.setenv("PEYVAND_HOME", str(config.home))
    monkeypatch.setenv("PEYVAND_BACKUPS", str(tmp_path))
    runtime.clock = clock
    clock.now = NIGHT.astimezone(UTC) + 5 * HOUR
    run.sweep(runtime, lambda *_message: None)
    for _day in range(2):
        with engines.owner(site).begin() as owner:
            owner.execute(update(JobRow).where(JobRow.name == "kernel.backup").values(due_at=clock.now))
        assert run.job(runtime, "kernel.backup") == "done"
    assert asked(engines, site) == [{"by": 0, "occasion": "nightly"}]
    with engines.owner(site).connect() as owner:
        number = owner.execute(select(WorkRow.id)).scalar_one()
    assert run.work(runtime, number) == "done"
    with engines.owner(site).begin() as owner:
        owner.execute(update(JobRow).where(JobRow.name == "kernel.backup").values(due_at=clock.now))
    assert run.job(runtime, "kernel.backup") == "done"
    assert len(asked(engines, site)) == 1
    assert len(list((tmp_path / site.name).iterdir())) == 1


def test_what_is_let_go_is_gone_and_what_was_asked_for_stays(site, engines, config, tmp_path):
    from dataclasses import replace

    here = replace(config, backups=tmp_path)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number, occasion in enumerate(("asked", "nightly", "nightly")):
        make_backup(
            here,
            engines,
            site,
            occasion=occasion,
            clock=lambda number=number: start + number * 40 * 24 * HOUR,
        )
    assert len(let_go(here, engines, site, Keep(1, 0, 0))) == 1
    names = sorted(path.name for path in (tmp_path / site.name).iterdir())
    assert len(names) == 2
    with engines.owner(site).connect() as owner:
        states = owner.execute(select(BackupRow.state).order_by(BackupRow.id)).scalars().all()
    assert states == ["done", "gone", "done"]
    with pytest.raises(BackupRefused):
        find(engines, site, 0)


def test_a_backup_that_was_killed_leaves_its_line(site, engines, config, tmp_path):
    from dataclasses import replace

    with engines.owner(site).begin() as owner:
        owner.execute(insert(BackupRow).values(occasion="nightly", name="x"))
    make_backup(replace(config, backups=tmp_path), engines, site, occasion="asked")
    with engines.owner(site).connect() as owner:
        states = owner.execute(select(BackupRow.state).order_by(BackupRow.id)).scalars().all()
    assert states == ["failed", "done"]
