"""What the club prints: the card, the statement of a member, and the coupon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    DocumentGroup,
    DocumentKind,
    DocumentPage,
    DocumentRows,
    DocumentValue,
    LazyText,
    _,
    day_value,
    money_value,
    number_value,
    word_values,
)
from plugins.club.models import Card, Entry, Member, Rank, Redemption
from plugins.club.resources.words import ENTRY_KINDS
from plugins.club.telling import name_of
from plugins.club.terms import terms_of

CARD_BODY = """<p class="house">{{ own.name }}</p>
<p class="rank">{{ words.card }}{% if member.rank %} · {{ member.rank }}{% endif %}</p>
<div class="code">{{ card.number|barcode(9) }}</div>
<p class="number">{{ card.number }}</p>
<p class="name"><b>{{ member.name }}</b></p>
<p class="small">{{ words.number }}: {{ member.number|digits }}{% if card.valid_until %} · {{ words.until }} {{ card.valid_until|jalali('short') }}{% endif %}{% if card.discount %} · {{ words.discount }} {{ card.discount|digits }}٪{% endif %}</p>
"""  # noqa: E501 - one line of the card
CARD_STYLE = """p { margin: 0; line-height: 1.45 }
.house { font-size: 9pt; font-weight: bold }
.rank { font-size: 7pt; color: #444 }
.code { text-align: center; margin-top: 1.5mm }
.number { text-align: center; font-size: 7.5pt; letter-spacing: .6mm; direction: ltr }
.name { font-size: 9pt; margin-top: 1mm }
.small { font-size: 6.5pt; color: #333 }
"""
STATEMENT_BODY = """<h2>{{ words.statement }}</h2>
<table class="facts">
<tr><td>{{ words.member }}</td><td><b>{{ member.name }}</b></td><td>{{ words.number }}</td><td>{{ member.number|digits }}</td></tr>
<tr><td>{{ words.rank }}</td><td>{{ member.rank }}</td><td>{{ words.day }}</td><td>{{ today|jalali('short') }}</td></tr>
<tr><td>{{ words.points }}</td><td><b>{{ member.balance|number }}</b></td><td>{{ words.value }}</td><td>{{ member.value|rial }}</td></tr>
<tr><td>{{ words.pending }}</td><td>{{ member.pending|number }}</td><td>{{ words.debt }}</td><td>{{ member.debt|number }}</td></tr>
</table>
<table class="rows">
<thead><tr><th>{{ words.day }}</th><th>{{ words.kind }}</th><th>{{ words.points }}</th><th>{{ words.after }}</th></tr></thead>
<tbody>{% for row in entries %}<tr><td>{{ row.day|jalali('short') }}</td><td>{{ row.kind }}{% if row.note %} – {{ row.note }}{% endif %}</td><td class="n">{{ row.points|number }}</td><td class="n">{{ row.balance|number }}</td></tr>{% endfor %}</tbody>
</table>
"""  # noqa: E501 - rows of a table
STATEMENT_STYLE = """.facts { width: 100%; margin-bottom: 4mm }
.facts td { padding: 1mm }
.facts td:nth-child(odd) { color: #555; width: 24mm }
.rows { width: 100%; border-collapse: collapse; font-size: 9.5pt }
.rows th, .rows td { border-bottom: .2mm solid #bbb; padding: 1.2mm 1mm; text-align: start }
.n { direction: ltr; text-align: end }
"""
COUPON_BODY = """<h2 class="t">{{ words.coupon }}</h2>
<p class="amount">{{ coupon.amount|rial }}</p>
<p class="t">{{ words.for_points }} {{ coupon.points|number }}</p>
<table class="facts"><tr><td>{{ words.member }}</td><td><b>{{ member.name }}</b></td></tr>
<tr><td>{{ words.number }}</td><td>{{ member.number|digits }}</td></tr>
{% if coupon.valid_until %}<tr><td>{{ words.until }}</td><td>{{ coupon.valid_until|jalali }}</td></tr>{% endif %}</table>
<div class="t">{{ coupon.number|barcode(11) }}<p>{{ coupon.number }}</p></div>
"""
COUPON_STYLE = """.t { text-align: center }
.amount { text-align: center; font-size: 18pt; font-weight: bold }
.facts { width: 100% }
.facts td:first-child { color: #555; width: 22mm }
"""
WORDS: Mapping[str, LazyText] = {
    "card": _("Card of the club"),
    "coupon": _("Coupon"),
    "statement": _("Statement of points"),
    "member": _("Member"),
    "number": _("Member number"),
    "rank": _("Rank"),
    "until": _("Valid until"),
    "discount": _("Discount"),
    "points": _("Points"),
    "pending": _("Points that do not count yet"),
    "debt": _("Owed points"),
    "value": _("Worth"),
    "day": _("Day"),
    "kind": _("Kind"),
    "after": _("Points after it"),
    "for_points": _("For points:"),
}
LINES = 60
"""Entries on a statement, the newest first."""
MEMBER_VALUES = DocumentGroup(
    name="member",
    title=_("Member"),
    items=(
        DocumentValue(name="name", title=_("Name of the member"), sample=_("Name of the member")),
        DocumentValue(name="number", title=_("Member number"), sample="10024"),
        DocumentValue(name="rank", title=_("Rank"), sample=_("Rank")),
        number_value("balance", _("Points"), 1_250),
        number_value("pending", _("Points that do not count yet"), 80),
        number_value("debt", _("Owed points"), 0),
        money_value("value", _("Worth"), 1_250_000),
    ),
)
WORD_VALUES = word_values(WORDS, _("Words of the print"))


def members_of(context: Context, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Give what prints say of members, as far as the actor may see them."""
    worth = terms_of(context.runtime).point_value
    statement = (
        select(Member, Rank.title).outerjoin(Rank, Rank.id == Member.rank_id).where(Member.id.in_(list(ids)))
    )
    return {
        member.id: {
            "name": name_of(member),
            "number": member.number,
            "rank": rank or "",
            "balance": member.balance,
            "pending": member.pending,
            "debt": member.debt,
            "value": member.balance * worth,
        }
        for member, rank in context.session.execute(statement)
    }


def cards(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what cards hold."""
    rows = context.session.execute(select(Card).where(Card.id.in_(list(ids)))).scalars().all()
    members = members_of(context, [row.member_id for row in rows])
    return {
        row.id: {
            "member": members.get(row.member_id, {}),
            "card": {
                "number": row.number,
                "issued_on": row.issued_on,
                "valid_until": row.valid_until or "",
                "discount": f"{row.discount.normalize():f}" if row.discount else "",
            },
            "words": _words(context),
        }
        for row in rows
    }


def statements(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give the statements of members: sums, and the latest entries."""
    found: dict[int, dict[str, Any]] = {
        number: {"member": values, "entries": [], "words": _words(context)}
        for number, values in members_of(context, ids).items()
    }
    for number, statement in found.items():
        rows = select(Entry).where(Entry.member_id == number).order_by(Entry.id.desc()).limit(LINES)
        statement["entries"] = [
            {
                "day": row.day,
                "kind": context.text(ENTRY_KINDS[row.kind]),
                "points": row.points,
                "balance": row.balance,
                "note": row.note or "",
            }
            for row in context.session.execute(rows).scalars()
        ]
    return found


def coupons(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what coupons hold."""
    rows = context.session.execute(select(Redemption).where(Redemption.id.in_(list(ids)))).scalars().all()
    members = members_of(context, [row.member_id for row in rows])
    return {
        row.id: {
            "member": members.get(row.member_id, {}),
            "coupon": {
                "number": row.number,
                "points": row.points,
                "amount": row.amount,
                "valid_until": row.valid_until or "",
            },
            "words": _words(context),
        }
        for row in rows
    }


def _words(context: Context) -> dict[str, str]:
    return {name: context.text(text) for name, text in WORDS.items()}


KINDS = (
    DocumentKind(
        key="card",
        title=_("Card of the club"),
        resource="club.card",
        find=cards,
        page=DocumentPage(
            paper="custom",
            width=86,
            height=54,
            margin_top=4,
            margin_bottom=3,
            margin_side=5,
            letterhead=False,
            numbered=False,
        ),
        values=(
            MEMBER_VALUES,
            DocumentGroup(
                name="card",
                title=_("Card"),
                items=(
                    DocumentValue(name="number", title=_("Number of the card"), sample="10024018"),
                    day_value("issued_on", _("Issued on")),
                    day_value("valid_until", _("Valid until")),
                    DocumentValue(name="discount", title=_("Discount"), sample="5"),
                ),
            ),
            WORD_VALUES,
        ),
        body=CARD_BODY,
        style=CARD_STYLE,
        order=300,
    ),
    DocumentKind(
        key="statement",
        title=_("Statement of points"),
        resource="club.member",
        find=statements,
        page=DocumentPage(paper="A5"),
        values=(
            MEMBER_VALUES,
            DocumentRows(
                name="entries",
                title=_("Entries of points"),
                items=(
                    day_value("day", _("Day")),
                    DocumentValue(name="kind", title=_("Kind"), sample=_("Earned by a purchase")),
                    number_value("points", _("Points"), 120),
                    number_value("balance", _("Points after it"), 1_250),
                    DocumentValue(name="note", title=_("Note"), sample=""),
                ),
            ),
            WORD_VALUES,
        ),
        body=STATEMENT_BODY,
        style=STATEMENT_STYLE,
        order=310,
    ),
    DocumentKind(
        key="coupon",
        title=_("Coupon"),
        resource="club.redemption",
        find=coupons,
        page=DocumentPage(paper="A6", margin_top=8, margin_bottom=8, margin_side=8, numbered=False),
        values=(
            MEMBER_VALUES,
            DocumentGroup(
                name="coupon",
                title=_("Coupon"),
                items=(
                    DocumentValue(name="number", title=_("Number of the coupon"), sample="4821930175"),
                    number_value("points", _("Points"), 500),
                    money_value("amount", _("Amount (Rials)"), 500_000),
                    day_value("valid_until", _("Valid until")),
                ),
            ),
            WORD_VALUES,
        ),
        body=COUPON_BODY,
        style=COUPON_STYLE,
        order=320,
    ),
)
