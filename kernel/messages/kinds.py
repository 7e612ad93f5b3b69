"""Kinds of messages: those that ship, and those that users add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.messages.models import MessageKind
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Text, YesNo
from kernel.resources.resource import Resource, Search, Section, Sort

SERVICE = "service"
ADVERTISING = "advertising"
KERNEL_KINDS: Mapping[str, tuple[LazyText, bool]] = {
    SERVICE: (_("Service and information"), False),
    "greeting": (_("Greeting"), False),
    "payment": (_("Reminder of a payment"), False),
    "appointment": (_("Reminder of an appointment"), False),
    "condolence": (_("Condolence"), False),
    ADVERTISING: (_("Advertisement"), True),
    "news": (_("News of products"), True),
    "newsletter": (_("Newsletter"), True),
}
"""The kinds of every site by their stable codes: title, and whether they advertise."""


def seed_kinds(context: Context) -> None:
    """Make the kinds that are missing; what users renamed stays as it is. The context acts for the system."""
    known = set(context.session.execute(select(MessageKind.code)).scalars())
    names = set(context.session.execute(select(MessageKind.search_key)).scalars())
    rows = []
    for code, (title, advertising) in KERNEL_KINDS.items():
        name = context.text(title)
        if code not in known and squeeze(name) not in names:
            rows.append({"code": code, "name": name, "search_key": squeeze(name), "advertising": advertising})
    if rows:
        context.session.execute(insert(MessageKind), rows)


def kind_by_code(context: Context, code: str) -> MessageKind:
    """Give a kind that ships with the product; raise `KeyError` for another code. The context acts for the system."""
    if code not in KERNEL_KINDS:
        raise KeyError(code)
    wanted = select(MessageKind).where(MessageKind.code == code)
    found = context.session.execute(wanted).scalar_one_or_none()
    if found is None:
        title, advertising = KERNEL_KINDS[code]
        name = context.text(title)
        found = MessageKind(code=code, name=name, search_key=squeeze(name), advertising=advertising)
        context.session.add(found)
        context.session.flush()
    return found


def active_kinds(context: Context) -> list[MessageKind]:
    """Give the kinds that may be chosen, in the order of their making."""
    statement = select(MessageKind).where(MessageKind.active).order_by(MessageKind.id)
    return list(context.session.execute(statement).scalars())


def prepare_kind(context: Context, kind: MessageKind, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the folded name."""
    kind.search_key = squeeze(kind.name or "")
    return []


MESSAGE_KIND = Resource(
    name="message_kind",
    model=MessageKind,
    title=_("Kind of message"),
    plural=_("Kinds of messages"),
    path="message-kinds",
    icon="tag",
    fields=(
        Text("name", _("Name"), required=True, limit=100),
        YesNo(
            "advertising",
            _("Advertises"),
            default=False,
            help=_(
                "Goes over advertising lines only, keeps the quiet hours, and spares whoever closed himself to it."
            ),
        ),
        YesNo("active", _("Offered for choice"), default=True),
    ),
    list_columns=("name", "advertising", "active"),
    sections=(Section(_("Kind of message"), ("name", "advertising", "active")),),
    sorts=(Sort("name", _("Name"), ("search_key",)),),
    search=Search(),
    prepare=prepare_kind,
    constraints={"uq_message_kind_search_key": ("name", _("There is already a kind of this name."))},
)
"""Kinds as a list and a form."""
