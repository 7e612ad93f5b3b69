"""The patient's facet of a person, kinds of illness with what is taught about them, and the documents of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from kernel.api import (
    Action,
    Charge,
    Context,
    Facet,
    Part,
    Problem,
    Resource,
    Search,
    Section,
    Sort,
    Tree,
    _,
    fields,
)
from plugins.medical.models import Doctor, FileEntry, Illness, Lesson, Patient
from plugins.medical.resources.services import prepare_title
from plugins.medical.resources.words import BLOOD_GROUPS, DOCUMENT_KINDS, INSURERS

PATIENT = Facet(
    resource="person",
    plugin="medical",
    title=_("Clinic"),
    model=Patient,
    key="party_id",
    fields=(
        fields.Code("file_number", _("File number"), limit=30),
        fields.Choice("blood_group", _("Blood group"), options=BLOOD_GROUPS),
        fields.Link(
            "illness", _("Kind of illness"), to="medical.illness", attribute="illness_id", sensitive=True
        ),
        fields.LongText("allergies", _("Allergies"), limit=1000, sensitive=True),
        fields.BaseChoice("insurer", _("Basic insurer"), source=INSURERS, attribute="insurer_id"),
        fields.Code("insurance_number", _("Insurance number"), limit=30, private=True),
        fields.BaseChoice(
            "supplementary", _("Supplementary insurer"), source=INSURERS, attribute="supplementary_id"
        ),
        fields.Code("supplementary_number", _("Supplementary insurance number"), limit=30, private=True),
    ),
    permission="medical.patient",
)


MOST_KINDS = 100
"""So many kinds of illness one address names."""


def beneath(context: Context, illness: int, *, upwards: bool = False) -> set[int]:
    """Give an illness and all beneath it, or all above it."""
    rows = context.session.execute(select(Illness.id, Illness.parent_id)).all()
    found = {illness}
    if upwards:
        above = {row.id: row.parent_id for row in rows}
        at: int | None = above.get(illness)
        while at is not None and at not in found:
            found.add(at)
            at = above.get(at)
        return found
    grew = True
    while grew:
        more = {row.id for row in rows if row.parent_id in found} - found
        found |= more
        grew = bool(more)
    return found


def illness_actions(context: Context, number: int) -> tuple[Action, ...]:
    """The ways to the patients of the illness and of those beneath it, and to the page on which they are written to."""
    kinds = sorted(beneath(context, number))[:MOST_KINDS]
    return (
        Action(
            label=_("Patients"),
            url="/persons?" + urlencode([("f.medical.illness.any", kind) for kind in kinds]),
            icon="users",
            permission=("medical.patient", "see_sensitive"),
        ),
        Action(
            label=_("Teach the patients"),
            url=f"/medical/illnesses/{number}/teach",
            icon="send",
            permission=("medical.illness", "send"),
        ),
    )


ILLNESS = Resource(
    name="medical.illness",
    model=Illness,
    title=_("Kind of illness"),
    plural=_("Kinds of illness"),
    path="medical/illnesses",
    icon="heartbeat",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.Link("parent", _("Beneath"), to="medical.illness", attribute="parent_id"),
    ),
    list_columns=("title", "parent"),
    sections=(Section(_("Kind of illness"), ("title", "parent")),),
    parts=(
        Part(
            "lessons",
            _("Educational messages"),
            Lesson,
            "illness_id",
            (
                fields.Text("title", _("Title"), required=True, limit=100),
                fields.LongText("body", _("Text"), required=True, limit=1000),
            ),
            add_title=_("Add a message"),
            ruled=False,
        ),
    ),
    sorts=(Sort("title", _("Title"), ("sort_key",)),),
    search=Search(),
    prepare=prepare_title,
    actions=illness_actions,
    views=(Tree(parent="parent", sort="title"),),
    constraints={"uq_illness_search_key": ("title", _("There is already a kind of illness of this name."))},
)


def prepare_document(context: Context, row: FileEntry, values: Mapping[str, Any]) -> list[Problem]:
    """A document is of today where no day is given, and of the doctor who writes it where none is named."""
    if row.day is None:
        row.day = context.today
    doctor = context.session.get(Doctor, row.doctor_id) if row.doctor_id is not None else None
    row.doctor_user_id = doctor.user_id if doctor is not None else None
    return []


DOCUMENT = Resource(
    name="medical.document",
    model=FileEntry,
    title=_("Document of the file"),
    plural=_("Documents of the file"),
    path="medical/documents",
    icon="file-text",
    label="title",
    unruled=("title", "patient", "day"),
    fields=(
        fields.Link("patient", _("Patient"), to="person", attribute="party_id", required=True),
        fields.Day("day", _("Day"), help=_("Today where it is empty.")),
        fields.BaseChoice("kind", _("Kind"), source=DOCUMENT_KINDS, attribute="kind_id"),
        fields.Text("title", _("Title"), required=True, limit=150),
        fields.LongText("body", _("Text"), limit=10000),
        fields.Link("illness", _("Kind of illness"), to="medical.illness", attribute="illness_id"),
        fields.Link("doctor", _("Doctor"), to="medical.doctor", attribute="doctor_id"),
        fields.Link(
            "appointment",
            _("Appointment"),
            to="medical.appointment",
            attribute="appointment_id",
            in_list=False,
        ),
    ),
    list_columns=("day", "patient", "kind", "title", "doctor"),
    sections=(
        Section(
            _("Document of the file"),
            ("patient", "day", "kind", "title", "body", "illness", "doctor", "appointment"),
        ),
    ),
    sorts=(
        Sort("latest", _("Latest first"), ("day",), descending=True),
        Sort("earliest", _("Earliest first"), ("day",)),
    ),
    quick_filters=("kind", "illness", "doctor"),
    prepare=prepare_document,
    charges=(Charge("doctor_user_id"),),
)
