"""Chosen staff of one organisation: it is searched, its people with an address are listed, and ticked."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.documents.postal import Postal, closed_addresses, postal_addresses
from kernel.documents.targets import ADDRESSES, EITHER, FIRM, OWN, RIGHT, may_print
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.parties.models import Employment, Party
from kernel.parties.periods import holds_on
from kernel.resources.context import Context
from kernel.resources.fields import Choice, Link
from kernel.resources.models import BaseValue
from kernel.web.current import current, needs
from kernel.web.forms.command import CommandForm
from kernel.web.pages import render, words
from kernel.web.views.paper.blueprint import pages, tabs

MOST = 1000
"""Staff that the page lists."""


@dataclass(frozen=True)
class Member:
    """One of the staff, with the address that a label would have; None where there is none."""

    id: int
    name: str
    position: str
    unit: str
    postal: Postal | None
    printable: bool


@pages.get("/staff")
@needs(*RIGHT)
def staff() -> ResponseReturnValue:
    """Show the choice of the organisation, and of its staff those who have the wanted address."""
    context = current()
    company = stored_number(request.args.get("company", ""))
    whose = request.args.get("whose", EITHER)
    whose = whose if whose in ADDRESSES else EITHER
    form = CommandForm(
        context,
        (
            Link("company", _("Organisation"), to="organisation", required=True),
            Choice("whose", _("Address of persons"), options=ADDRESSES, required=True),
        ),
    )
    form.start({"company": company, "whose": whose})
    closed = closed_addresses(context)
    people = _staff(context, company, whose) if company is not None and not closed else []
    return render(
        "paper/staff.html",
        tabs=tabs(context),
        form=form,
        company=company,
        whose=whose,
        people=[each for each in people if each.printable and each.postal is not None],
        without=[each for each in people if not each.printable or each.postal is None],
        closed=[words(each.message) for each in closed],
    )


def _staff(context: Context, company: int, whose: str) -> list[Member]:
    statement = (
        select(Party.id, Party.display_name, BaseValue.title, Employment.unit)
        .join(Employment, Employment.person_id == Party.id)
        .outerjoin(BaseValue, BaseValue.id == Employment.position_id)
        .where(Employment.organisation_id == company, holds_on(Employment, context.today))
        .order_by(Party.sort_key, Party.id, Employment.id)
        .limit(MOST)
    )
    rows = list(context.session.execute(statement))
    ids = [row[0] for row in rows]
    postal = {
        number: each for number, each in postal_addresses(context, [*ids, company]).items() if each.complete
    }
    may = may_print(context, [*ids, company])
    firm = postal.get(company) if company in may else None
    found: dict[int, Member] = {}
    for number, name, position, unit in rows:
        own = postal.get(number)
        address = {OWN: own, FIRM: firm, EITHER: own or firm}[whose]
        member = Member(number, name, position or "", unit or "", address, number in may)
        found.setdefault(number, member)
    return list(found.values())
