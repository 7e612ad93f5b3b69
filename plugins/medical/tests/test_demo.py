"""Whom the demonstration books: it is made at any size, so that patients come round again within a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import cycle

from plugins.medical.demo_days import Taken, _free

AT = datetime(2026, 11, 29, 9, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def test_nobody_is_booked_twice_at_one_time():
    taken: Taken = defaultdict(list)
    patients = cycle((1, 2))
    found = []
    for place in (0, 0, 0, 1):
        starts = AT + place * QUARTER
        patient = _free(patients, taken, starts, starts + QUARTER)
        found.append(patient)
        if patient is not None:
            taken[patient].append((starts, starts + QUARTER))
    assert found == [1, 2, None, 1]
