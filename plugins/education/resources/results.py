"""Graded items of calendar courses, and certificates."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.api import Action, Context, Resource, Section, Sort, _, fields, is_persian
from plugins.education import following
from plugins.education.models import Certificate, Item
from plugins.education.preparing import results as preparing
from plugins.education.words import CERTIFICATE_COLOURS, CERTIFICATE_STATES, graded_fields

GRADED = graded_fields()

ITEM = Resource(
    name="education.item",
    permission="education.grade",
    model=Item,
    title=_("Graded item"),
    plural=_("Graded items"),
    path="education/items",
    icon="list-check",
    label="title",
    unruled=("offering", "title", "weight", "maximum", "droppable", "least", "held_on", "place"),
    fields=(
        fields.Link(
            "offering", _("Calendar course"), to="education.offering", attribute="offering_id", required=True
        ),
        *GRADED,
        fields.Day("held_on", _("Day")),
        fields.Whole("place", _("Place in the list"), least=0, most=9999, default=0),
    ),
    list_columns=("title", "offering", "weight", "maximum", "droppable", "least", "held_on"),
    sections=(
        Section(
            _("Graded item"),
            ("offering", "title", "weight", "maximum", "droppable", "least", "held_on", "place"),
        ),
    ),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    quick_filters=("offering", "held_on"),
    prepare=preparing.prepare_item,
    follow=following.follow_item,
)


def certificate_actions(context: Context, number: int) -> Sequence[Action]:
    """Print it, revoke it, or look at it as everybody may."""
    certificate = context.session.get(Certificate, number)
    if certificate is None:
        return ()
    persian = is_persian(context.locale)
    found = [
        Action(
            label=_("Print the certificate"),
            url=f"/printing/documents/education.certificate/{number}",
            icon="printer",
            permission=("education.certificate", "print"),
        ),
        Action(
            label=_("Print in English") if persian else _("Print in Persian"),
            url=f"/printing/documents/education.certificate/{number}?language={'en' if persian else 'fa'}",
            icon="printer",
            permission=("education.certificate", "print"),
        ),
        Action(
            label=_("As everybody sees it"),
            url=f"/education/check/{certificate.code}",
            icon="qrcode",
            permission=("education.certificate", "view"),
        ),
    ]
    if certificate.state == "valid":
        found.append(
            Action(
                label=_("Revoke"),
                url=f"/education/certificate/{number}/revoke",
                icon="x",
                permission=("education.certificate", "revoke"),
            )
        )
    return found


CERTIFICATE = Resource(
    name="education.certificate",
    model=Certificate,
    title=_("Course certificate"),
    plural=_("Certificates"),
    path="education/certificates",
    icon="certificate",
    label="number",
    unruled=("number", "holder", "course", "state", "issued_on", "party", "enrolment"),
    fields=(
        fields.Code("number", _("Number of the certificate"), limit=40, read_only=True),
        fields.Text("holder", _("Holder"), read_only=True),
        fields.Link("party", _("Person"), to="person", attribute="party_id", read_only=True, in_list=False),
        fields.Link(
            "enrolment",
            _("Enrolment"),
            to="education.enrolment",
            attribute="enrolment_id",
            read_only=True,
            in_list=False,
        ),
        fields.Text("holder_latin", _("Name in Latin letters"), read_only=True, in_list=False),
        fields.Text("course", _("Course"), read_only=True),
        fields.Text("course_latin", _("Title in English"), read_only=True, in_list=False),
        fields.Text("teacher", _("Teacher of the course"), read_only=True, in_list=False),
        fields.Whole("hours", _("Hours of teaching"), read_only=True),
        fields.Day("began_on", _("From"), read_only=True, in_list=False),
        fields.Day("ended_on", _("Until"), read_only=True, in_list=False),
        fields.Decimal("grade", _("Grade"), read_only=True),
        fields.Decimal("scale", _("Out of"), read_only=True, in_list=False),
        fields.Day("issued_on", _("Issued on"), read_only=True),
        fields.Choice(
            "state", _("State"), options=CERTIFICATE_STATES, colours=CERTIFICATE_COLOURS, read_only=True
        ),
        fields.Day("revoked_on", _("Revoked on"), read_only=True, in_list=False),
        fields.Text("revoke_reason", _("Reason of the revocation"), read_only=True, in_list=False),
    ),
    list_columns=("number", "holder", "course", "hours", "grade", "issued_on", "state"),
    sections=(
        Section(
            _("Course certificate"),
            (
                "number",
                "state",
                "issued_on",
                "holder",
                "holder_latin",
                "party",
                "enrolment",
                "revoked_on",
                "revoke_reason",
            ),
        ),
        Section(
            _("Course"),
            ("course", "course_latin", "teacher", "hours", "began_on", "ended_on", "grade", "scale"),
        ),
    ),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    quick_filters=("state", "issued_on"),
    editable=False,
    actions=certificate_actions,
    constraints={
        "uq_certificate_enrolment_id": (None, _("There is a valid certificate of this course already.")),
    },
    help=_(
        "Certificates as they were issued: what each says is a copy of that day. Everybody who has the code or scans it sees"
        " whether it is valid; a revoked one says so."
    ),
)
