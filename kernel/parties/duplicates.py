"""Probable duplicates: the same person must exist once. Asked for many sets of values in one go.

The search itself sees every party; what is told depends on the asker. Of a party that he may not see he learns only
that it exists and whom to ask, and that answer is counted and accounted for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select

from kernel.access.models import AuditEntry, UserAccount
from kernel.fa.errors import FaError
from kernel.i18n import LazyText, _
from kernel.parties.contacts import DIALLED, canonical
from kernel.parties.matching import matches
from kernel.parties.models import Party
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.duplicates import Duplicate
from kernel.resources.errors import Forbidden
from kernel.resources.fields import FieldError
from kernel.resources.lists.searching import any_of
from kernel.resources.records.values import read_values
from kernel.resources.resource import Resource

REASONS: Mapping[str, tuple[int, LazyText]] = {
    "national_code": (100, _("same national code")),
    "legal_id": (100, _("same legal identifier")),
    "card_number": (95, _("same card number")),
    "foreign_code": (90, _("same passport or foreigner's code")),
    "mobile": (85, _("same mobile number")),
    "economic_code": (85, _("same economic code")),
    "name_and_birth": (80, _("same name and date of birth")),
    "email": (75, _("same e-mail address")),
    "name": (70, _("same name")),
    "name_and_father": (65, _("same name and father's name")),
    "firm_name": (60, _("same name apart from the legal form")),
    "number": (60, _("same telephone or other number")),
    "alike_and_website": (60, _("similar name and same website")),
    "alike_and_birth": (55, _("similar name and same date of birth")),
    "alike_and_number": (50, _("similar name and same end of the telephone number")),
    "name_and_place": (45, _("same name in the same city")),
}
"""Score of each reason out of 100, and how it is said."""

CERTAIN = frozenset({"national_code", "legal_id", "card_number"})
"""Reasons beyond doubt: the database keeps them unique."""

TOLD = "party.duplicate_told"
"""The audit's name for telling somebody of a party that he may not see."""
TOLD_IN_AN_HOUR = 30
"""Warnings of hidden duplicates to one user in an hour while he enters records one by one."""
HIDDEN_SCORE = 50
"""The one score of all hidden duplicates: a true one would tell which value they share."""


HIDDEN = _("This seems to be registered already. Please ask an administrator.")


@dataclass(frozen=True)
class PartyDuplicate(Duplicate):
    """A probable duplicate among parties: `reasons` are keys of `REASONS`, `owner` is the name of whom to ask.

    Of a hidden one neither record, name nor reasons are told, and all have one score.
    """

    score: int = 0
    reasons: tuple[str, ...] = ()
    owner: str | None = None

    @property
    def hidden(self) -> bool:
        """Whether the asker may not see the party."""
        return self.record_id is None


@dataclass
class _Found:
    """What was found for one set of values: reasons by party."""

    reasons: dict[int, set[str]] = field(default_factory=dict)

    def score(self, party_id: int) -> int:
        """The strongest reason, and five more for each further one, up to 100."""
        scores = sorted((REASONS[reason][0] for reason in self.reasons[party_id]), reverse=True)
        return min(100, scores[0] + 5 * (len(scores) - 1))


def find_duplicates(
    context: Context, kind: str, sets: Sequence[Mapping[str, Any]]
) -> list[list[PartyDuplicate]]:
    """Give the probable duplicates of each set of values, the likeliest first; the number of queries is constant.

    A set holds canonical values by attribute name; `numbers` may hold those of further contact points, `id` the
    record itself. Hidden parties are told only where the telling can be accounted for: inside a command.
    """
    found = [_Found() for _values in sets]
    with context.system("search for duplicates") as system:
        for match in matches(system.session, kind, sets):
            found[match.place].reasons.setdefault(match.party_id, set()).add(match.reason)
        ids = sorted({party_id for one in found for party_id in one.reasons})
        names = _names(system, ids) if ids else {}
    seen = set(_visible(context, ids) if ids else ())
    told = _account(context, [number for number in ids if number not in seen], many=len(sets) > 1)
    return [_answer(one, names, seen, told) for one in found]


def _names(system: Context, ids: Sequence[int]) -> dict[int, tuple[str, str | None]]:
    statement = (
        select(Party.id, Party.display_name, UserAccount.display_name)
        .outerjoin(UserAccount, UserAccount.id == Party.owner_id)
        .where(any_of(Party.id, ids))
    )
    return {number: (name, owner) for number, name, owner in system.session.execute(statement)}


def _visible(context: Context, ids: Sequence[int]) -> list[int]:
    return list(context.session.execute(select(Party.id).where(any_of(Party.id, ids))).scalars())


def _account(context: Context, hidden: Sequence[int], *, many: bool) -> set[int]:
    """Give those hidden parties that may be told of; the telling is written to the audit, or nothing is told."""
    if not hidden or context.journal is None or (many and not context.may("party", "import")):
        return set()
    with context.system("account for a warning of duplicates") as system:
        if not many and _told_lately(system) >= TOLD_IN_AN_HOUR:
            return set()
        entry = {
            "at": context.now,
            "actor_id": context.actor.user_id,
            "what": TOLD,
            "resource": "party",
            "record_id": hidden[0] if len(hidden) == 1 else None,
            "detail": {"party_ids": list(hidden)},
        }
        system.session.execute(insert(AuditEntry), [entry])
    return set(hidden)


def _told_lately(system: Context) -> int:
    statement = select(func.count()).where(
        AuditEntry.actor_id == system.actor.user_id,
        AuditEntry.what == TOLD,
        AuditEntry.at > system.now - timedelta(hours=1),
    )
    return system.session.execute(statement).scalar_one()


def _answer(
    found: _Found, names: Mapping[int, tuple[str, str | None]], seen: set[int], told: set[int]
) -> list[PartyDuplicate]:
    answers = []
    for party_id, reasons in found.reasons.items():
        name, owner = names[party_id]
        certain = not CERTAIN.isdisjoint(reasons)
        if party_id in seen:
            keys = tuple(reason for reason in REASONS if reason in reasons)
            text = REASONS[keys[0]][1]
            score = found.score(party_id)
            answers.append(PartyDuplicate(party_id, name, text, certain, score, keys, owner))
        elif party_id in told:
            answers.append(PartyDuplicate(None, "", _whom_to_ask(owner), certain, HIDDEN_SCORE, (), owner))
    return sorted(answers, key=lambda answer: (-answer.score, answer.record_id or 0))


def _whom_to_ask(owner: str | None) -> LazyText:
    if owner is None:
        return HIDDEN
    return _("This seems to be registered already. Please ask %(name)s.", name=owner)


@command("party.check_duplicates", _("Look for duplicates of a party"), checks_itself=True)
def check_duplicates(
    context: Context,
    *,
    resource: str,
    values: Mapping[str, Any],
    contacts: Sequence[Mapping[str, Any]] = (),
    record_id: int | None = None,
) -> list[PartyDuplicate]:
    """Warn while a form of `resource` (person, organisation) is filled in.

    `values` are raw values by field name, `contacts` raw rows of further contact points; what cannot be read yet is
    left out. `record_id` is the record being edited.
    """
    declared = context.runtime.resource(resource)
    if not (context.may(declared.permission, "create") or context.may(declared.permission, "edit")):
        raise Forbidden()
    entered = _read_quietly(context, declared, values)
    numbers = [number for row in contacts if (number := _number(context, row))]
    kind = declared.fixed["kind"]
    return find_duplicates(context, kind, [{**entered, "numbers": numbers, "id": record_id}])[0]


def _read_quietly(context: Context, declared: Resource, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = [declared.by_name[name] for name in values if name in declared.by_name]
    found = read_values(fields, values, context, all_required=False).values
    return {declared.by_name[name].attribute: value for name, value in found.items()}


def _number(context: Context, row: Mapping[str, Any]) -> str | None:
    kind, value = str(row.get("kind") or ""), str(row.get("value") or "")
    if kind not in DIALLED or not value.strip():
        return None
    try:
        return canonical(kind, value, context)[0]
    except (FaError, FieldError):
        return None
