"""Consent: a person's permission to keep sensitive facts, recorded with the kinds that it covers.

A sensitive fact is written only while a consent in force covers its kind (setting `consent.required`). When a
consent ends, what no other one covers is withheld from everybody, or erased. History never held the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, and_, exists, or_, select

from kernel.i18n import LazyText, _
from kernel.parties.models import (
    PERSON,
    Consent,
    PersonDiet,
    PersonFaith,
    PersonFamily,
    PersonHealth,
    WithheldFacts,
)
from kernel.resources.attachments import add as attach
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.fields import Choice, Day, Field, Text, YesNo
from kernel.resources.records import editable
from kernel.resources.records.facets import filled
from kernel.resources.resource import Part, Resource

PERMISSION = "consent"
REQUIRED = "consent.required"

KINDS: Mapping[str, LazyText] = {
    "family": _("Family"),
    "faith": _("Religion"),
    "health": _("Health"),
    "diet": _("Food and drink"),
}
"""The sensitive kinds, in the order of their facets."""

MODELS: Mapping[str, type[Any]] = {
    "family": PersonFamily,
    "faith": PersonFaith,
    "health": PersonHealth,
    "diet": PersonDiet,
}

WAYS: Mapping[str, LazyText] = {
    "form": _("On a form"),
    "verbal": _("By word of mouth"),
    "signature": _("By signature"),
    "web": _("On the website"),
    "sms": _("By text message"),
}
"""How a consent can be given."""

KEEP = "keep"
ERASE = "erase"

Values = Mapping[int, Mapping[str, Any]]


def in_force(context: Context, kind: str) -> ColumnElement[bool]:
    """Build the condition of a consent that covers `kind` today."""
    return and_(
        getattr(Consent, f"covers_{kind}"),
        Consent.given_on <= context.today,
        Consent.withdrawn_on.is_(None),
        or_(Consent.until.is_(None), Consent.until >= context.today),
    )


def covered(context: Context, kind: str, party_ids: Iterable[int]) -> set[int]:
    """Give those of the parties of whom a consent in force covers `kind`; asked as the system, one query."""
    statement = select(Consent.party_id).where(Consent.party_id.in_(list(party_ids)), in_force(context, kind))
    with context.system("whether consent was given") as system:
        return set(system.session.execute(statement).scalars())


def consented(kind: str, fields: Sequence[Field]) -> Callable[[Context, Values], dict[int, list[Problem]]]:
    """Make the rule of a sensitive facet: what is entered needs a consent in force."""
    titles = {item.name: item.title for item in fields}

    def judge(context: Context, values: Values) -> dict[int, list[Problem]]:
        entered = {number: [name for name in each if filled(each[name])] for number, each in values.items()}
        asked = [number for number, names in entered.items() if names]
        if not asked or not context.runtime.setting(REQUIRED):
            return {}
        known = covered(context, kind, asked)
        return {
            number: [_missing(name, titles[name], kind) for name in entered[number]]
            for number in asked
            if number not in known
        }

    return judge


def _missing(name: str, title: LazyText, kind: str) -> Problem:
    return Problem(
        name,
        _(
            "%(field)s is kept only with the person's consent. Record under “Consents” one that covers “%(kind)s”, or leave "
            "the field empty.",
            field=title,
            kind=KINDS[kind],
        ),
    )


def prepare_consent(context: Context, row: Consent, values: Mapping[str, Any]) -> list[Problem]:
    """Date a consent from today where no day is given; it covers something, and ends after it begins."""
    if row.given_on is None:
        row.given_on = context.today
    problems = []
    if not any(getattr(row, f"covers_{kind}") for kind in KINDS):
        problems.append(Problem("covers_family", _("Tick what the consent covers.")))
    if row.given_on > context.today:
        problems.append(Problem("given_on", _("A consent cannot be given in the future.")))
    if row.until is not None and row.until < row.given_on:
        problems.append(Problem("until", _("A consent cannot end before it is given.")))
    return problems


PART = Part(
    "consents",
    _("Consents"),
    Consent,
    "party_id",
    (
        *(YesNo(f"covers_{kind}", title) for kind, title in KINDS.items()),
        Choice("how", _("How it was given"), options=WAYS, required=True),
        Day("given_on", _("Given on"), placeholder=_("today")),
        Day("until", _("Holds until")),
        Text("note", _("Note"), limit=500),
    ),
    prepare=prepare_consent,
    add_title=_("Record a consent"),
    permission=PERMISSION,
    ruled=False,
    removable=False,
    only=lambda model: model.withdrawn_on.is_(None),
)
"""The rows of consents on the form of a person; withdrawn ones are no longer changed."""

IMPORT_FIELDS: tuple[Field, ...] = (
    Choice("consent_how", _("Consent: how it was given"), options=WAYS, aliases=("رضایت", "consent")),
    Day("consent_on", _("Consent: given on"), past_only=True, aliases=("تاریخ رضایت",)),
)
"""Columns of an import that record a consent for the sensitive facts of the same row."""


def imports_consents(resource: Resource, sets: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether consents come with the rows of an import."""
    return any(_covered_by_row(resource, values) for values in sets)


def imported_consents(
    context: Context, resource: Resource, ids: Sequence[int], sets: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Give the consents that came with the rows of an import, by column; each covers what stands in its row."""
    rows = []
    for number, values in zip(ids, sets, strict=True):
        kinds = _covered_by_row(resource, values)
        if kinds:
            covers = {f"covers_{kind}": kind in kinds for kind in KINDS}
            given = values.get("consent_on") or context.today
            rows.append({"party_id": number, **covers, "how": values["consent_how"], "given_on": given})
    return rows


def _covered_by_row(resource: Resource, values: Mapping[str, Any]) -> set[str]:
    if resource.name != PERSON or not values.get("consent_how"):
        return set()
    return {name.partition(".")[0] for name, value in values.items() if filled(value)} & KINDS.keys()


@dataclass(frozen=True)
class Given:
    """A consent as its page shows it."""

    consent: Consent
    kinds: list[LazyText]
    holds: bool


def consents_of(context: Context, party_id: int) -> list[Given]:
    """Give the consents of a visible person, the latest first, ended ones too."""
    statement = select(Consent).where(Consent.party_id == party_id).order_by(Consent.id.desc())
    return [
        Given(
            row,
            [title for kind, title in KINDS.items() if getattr(row, f"covers_{kind}")],
            row.withdrawn_on is None
            and row.given_on <= context.today
            and (row.until is None or row.until >= context.today),
        )
        for row in context.session.execute(statement).scalars()
    ]


@command(
    "party.withdraw_consent", _("Record that a consent was withdrawn"), resource=PERMISSION, action="edit"
)
def withdraw(context: Context, *, party_id: int, consent_id: int, then: str) -> list[str]:
    """End a consent today; give the kinds that it alone covered.

    `then` says what becomes of their facts: `keep` withholds them from everybody until a new consent, `erase` removes them.
    """
    if then not in (KEEP, ERASE):
        raise Invalid([Problem("then", _("Choose what becomes of the facts."))])
    row = _of_person(context, party_id, consent_id)
    if row.withdrawn_on is not None:
        raise Invalid([Problem(None, _("This consent was withdrawn already."))])
    row.withdrawn_on = max(context.today, row.given_on)
    context.session.flush()
    ended = [
        kind
        for kind in KINDS
        if getattr(row, f"covers_{kind}") and party_id not in covered(context, kind, [party_id])
    ]
    with context.system("a consent was withdrawn") as system:
        for kind in ended:
            take_away(system, kind, [party_id], erase=then == ERASE)
    return ended


@command("party.file_consent", _("Attach the paper of a consent"), resource=PERMISSION, action="edit")
def file_document(context: Context, *, party_id: int, consent_id: int, stream: BinaryIO, name: str) -> int:
    """Store a file with the person and tie it to the consent; give the file's id."""
    row = _of_person(context, party_id, consent_id)
    row.document_id = attach(context, resource=PERSON, record_id=party_id, stream=stream, name=name)
    context.session.flush()
    return row.document_id


def _of_person(context: Context, party_id: int, consent_id: int) -> Consent:
    editable(context, context.runtime.resource(PERSON), party_id)
    statement = select(Consent).where(Consent.id == consent_id, Consent.party_id == party_id)
    row = context.session.execute(statement.with_for_update()).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def take_away(system: Context, kind: str, party_ids: Sequence[int], *, erase: bool) -> None:
    """Remove the facts of a kind of these parties; unless they are to be erased, withhold them. As the system only."""
    model = MODELS[kind]
    session = system.session
    for row in session.execute(select(model).where(model.party_id.in_(list(party_ids)))).scalars():
        if not erase:
            content = {name: _plain(getattr(row, name)) for name in _columns(model)}
            session.add(WithheldFacts(party_id=row.party_id, kind=kind, content=content))
        session.delete(row)
    if erase:
        former = select(WithheldFacts).where(
            WithheldFacts.party_id.in_(list(party_ids)), WithheldFacts.kind == kind
        )
        for kept in session.execute(former).scalars():
            session.delete(kept)
    session.flush()


def give_back(context: Context, party_id: int) -> None:
    """Bring withheld facts back to sight where a consent covers them again; what was entered anew stands before them."""
    with context.system("withheld facts after a new consent") as system:
        session = system.session
        rows = (
            select(WithheldFacts).where(WithheldFacts.party_id == party_id).order_by(WithheldFacts.id.desc())
        )
        for row in session.execute(rows).scalars().all():
            if row.kind not in MODELS or party_id not in covered(system, row.kind, [party_id]):
                continue
            model = MODELS[row.kind]
            facts = session.execute(select(model).where(model.party_id == party_id)).scalar_one_or_none()
            if facts is None:
                session.add(model(party_id=party_id, **_typed(model, row.content)))
            else:
                _fill_gaps(facts, _typed(model, row.content))
            session.delete(row)
            session.flush()


def _fill_gaps(facts: Any, former: Mapping[str, Any]) -> None:
    for name, value in former.items():
        if not filled(getattr(facts, name)) and filled(value):
            setattr(facts, name, value)


def withhold_expired(context: Context) -> None:
    """Withhold the facts whose consent has run out; a daily job. Facts that never had a consent stay."""
    if not context.runtime.setting(REQUIRED):
        return
    for kind, model in MODELS.items():
        holds = exists().where(Consent.party_id == model.party_id, in_force(context, kind))
        ran_out = exists().where(
            Consent.party_id == model.party_id,
            getattr(Consent, f"covers_{kind}"),
            Consent.withdrawn_on.is_(None),
            Consent.until < context.today,
        )
        with context.system("consents that ran out") as system:
            ids = list(system.session.execute(select(model.party_id).where(ran_out, ~holds)).scalars())
            take_away(system, kind, ids, erase=False)


def _columns(model: type[Any]) -> list[str]:
    kept = {"id", "party_id", "version", "created_at", "created_by", "updated_at", "updated_by"}
    return [attribute.key for attribute in model.__mapper__.column_attrs if attribute.key not in kept]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(model: type[Any], content: Mapping[str, Any]) -> dict[str, Any]:
    columns = model.__mapper__.columns
    return {
        name: date.fromisoformat(value)
        if value is not None and columns[name].type.python_type is date
        else value
        for name, value in content.items()
        if name in columns
    }
