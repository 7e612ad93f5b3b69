"""Rows for the conformance suite where values hang together as it cannot guess: what appointments take."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from kernel.testing.rows import Batch, RowMaker
from plugins.medical.models import TAKING, Appointment, FacilityUse, Illness


def make(maker: RowMaker, owner: Connection, batch: Batch, count: int) -> Batch:
    """The suite's own rows everywhere but in the table below, and fewer kinds of illness.

    The plugin enters some of these itself, and a page of the list holds fifty.
    """
    for table in maker.tables:
        build = OWN.get(table.fullname)
        if build is None:
            some = -(-count // 2) if table is Illness.__table__ else count
            batch.ids[table.fullname] = maker.make_some(table, batch, some)
            continue
        stamps = {"created_by": batch.user_id, "updated_by": batch.user_id}
        made = [
            owner.execute(
                insert(table)
                .values(**stamps, **build(batch, batch.first + place, place))
                .returning(table.c.id)
            )
            for place in range(count)
        ]
        batch.ids[table.fullname] = [each.scalar_one() for each in made]
    return batch


def _use(batch: Batch, number: int, place: int) -> dict[str, Any]:
    del number
    appointments, facilities = batch.ids["medical.appointment"], batch.ids["medical.facility"]
    appointment = appointments[place % len(appointments)]
    of_it = {
        name: select(getattr(Appointment, name)).where(Appointment.id == appointment).scalar_subquery()
        for name in TAKING
    }
    return {
        "appointment_id": appointment,
        "facility_id": facilities[place % len(facilities)],
        **of_it,
    }


OWN = {FacilityUse.__table__.fullname: _use}
"""Rows of one's own, by table."""
