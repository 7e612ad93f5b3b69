"""Purchases, the ledger, its lots, and coupons: all of them are written by commands only."""

from __future__ import annotations

from kernel.api import Resource, Search, Section, Sort, _, fields
from plugins.club.models import Entry, Lot, Purchase, Redemption
from plugins.club.resources.programme import REASONS
from plugins.club.resources.words import (
    COUPON_COLOURS,
    COUPON_STATES,
    ENTRY_COLOURS,
    ENTRY_KINDS,
    LOT_COLOURS,
    LOT_STATES,
    PURCHASE_SOURCES,
)

NEWEST = Sort("newest", _("Newest first"), ("id",), descending=True)

PURCHASE = Resource(
    name="club.purchase",
    model=Purchase,
    title=_("Purchase of a member"),
    plural=_("Purchases of members"),
    path="club/purchases",
    icon="receipt",
    label="day",
    page="/club/purchase/{id}",
    unruled=("day", "member", "number", "amount", "returned", "earned", "referred", "referrer", "source"),
    fields=(
        fields.Day("day", _("Day"), read_only=True),
        fields.Link("member", _("Member"), to="club.member", attribute="member_id", read_only=True),
        fields.Code("number", _("Number of the receipt"), limit=40, read_only=True),
        fields.Choice("source", _("Source"), options=PURCHASE_SOURCES, read_only=True),
        fields.Money("amount", _("Amount (Rials)"), read_only=True),
        fields.Money("returned", _("Returned (Rials)"), read_only=True),
        fields.Whole("earned", _("Points earned"), read_only=True),
        fields.Link(
            "referrer", _("Introduced by"), to="club.member", attribute="referrer_id", read_only=True
        ),
        fields.Whole("referred", _("Points of the introducer"), read_only=True),
        fields.Text("note", _("Note"), limit=300, read_only=True, in_list=False),
    ),
    list_columns=("day", "member", "number", "amount", "returned", "earned"),
    sections=(
        Section(
            _("Purchase of a member"),
            (
                "day",
                "member",
                "number",
                "source",
                "amount",
                "returned",
                "earned",
                "referrer",
                "referred",
                "note",
            ),
        ),
    ),
    sorts=(Sort("day", _("Latest first"), ("day",), descending=True),),
    quick_filters=("day", "member", "source"),
    editable=False,
    constraints={"uq_purchase_invoice_id": (None, _("This invoice was entered already."))},
)

ENTRY = Resource(
    name="club.entry",
    model=Entry,
    title=_("Entry of points"),
    plural=_("Entries of points"),
    path="club/entries",
    icon="list",
    label="day",
    fields=(
        fields.Day("day", _("Day"), read_only=True),
        fields.Link("member", _("Member"), to="club.member", attribute="member_id", read_only=True),
        fields.Choice("kind", _("Kind"), options=ENTRY_KINDS, colours=ENTRY_COLOURS, read_only=True),
        fields.Whole("points", _("Points"), read_only=True),
        fields.Whole("debt", _("Change of what is owed"), read_only=True, in_list=True),
        fields.Whole("balance", _("Points after it"), read_only=True),
        fields.Link("purchase", _("Purchase"), to="club.purchase", attribute="purchase_id", read_only=True),
        fields.BaseChoice("reason", _("Reason"), source=REASONS, attribute="reason_id", read_only=True),
        fields.Text("note", _("Note"), limit=300, read_only=True),
    ),
    list_columns=("day", "member", "kind", "points", "balance", "reason", "note"),
    sections=(
        Section(
            _("Entry of points"),
            ("day", "member", "kind", "points", "debt", "balance", "purchase", "reason", "note"),
        ),
    ),
    sorts=(NEWEST,),
    quick_filters=("kind", "day", "member", "reason"),
    editable=False,
    constraints={"uq_entry_occasion": (None, _("These points were entered already."))},
)

LOT = Resource(
    name="club.lot",
    model=Lot,
    title=_("Lot of points"),
    plural=_("Lots of points"),
    path="club/lots",
    icon="stack-2",
    label="counts_from",
    permission="club.entry",
    fields=(
        fields.Link("member", _("Member"), to="club.member", attribute="member_id", read_only=True),
        fields.Choice("state", _("State"), options=LOT_STATES, colours=LOT_COLOURS, read_only=True),
        fields.Whole("points", _("Points earned"), read_only=True),
        fields.Whole("remaining", _("Points left"), read_only=True),
        fields.Day("counts_from", _("Counts from"), read_only=True),
        fields.Day("expires_on", _("Last day"), read_only=True),
    ),
    list_columns=("member", "state", "points", "remaining", "counts_from", "expires_on"),
    sections=(
        Section(_("Lot of points"), ("member", "state", "points", "remaining", "counts_from", "expires_on")),
    ),
    sorts=(NEWEST,),
    quick_filters=("state", "expires_on", "member"),
    editable=False,
    constraints={"ck_lot_remaining": (None, _("There are not enough points for this."))},
)

REDEMPTION = Resource(
    name="club.redemption",
    model=Redemption,
    title=_("Coupon"),
    plural=_("Coupons and spent points"),
    path="club/coupons",
    icon="ticket",
    label="number",
    page="/club/coupon/{id}",
    unruled=("number", "member", "day", "points", "amount", "state", "valid_until", "used_on"),
    fields=(
        fields.Code("number", _("Number of the coupon"), limit=20, read_only=True),
        fields.Link("member", _("Member"), to="club.member", attribute="member_id", read_only=True),
        fields.Day("day", _("Day"), read_only=True),
        fields.Whole("points", _("Points"), read_only=True),
        fields.Money("amount", _("Amount (Rials)"), read_only=True),
        fields.Choice("state", _("State"), options=COUPON_STATES, colours=COUPON_COLOURS, read_only=True),
        fields.Day("valid_until", _("Valid until"), read_only=True),
        fields.Day("used_on", _("Used on"), read_only=True),
        fields.Whole("points_back", _("Points given back"), read_only=True),
    ),
    list_columns=("number", "member", "day", "points", "amount", "state", "valid_until"),
    sections=(
        Section(
            _("Coupon"),
            (
                "number",
                "member",
                "day",
                "points",
                "amount",
                "state",
                "valid_until",
                "used_on",
                "points_back",
            ),
        ),
    ),
    sorts=(NEWEST,),
    search=Search(scan="number"),
    quick_filters=("state", "day", "member"),
    editable=False,
    constraints={"uq_redemption_invoice_id": (None, _("Points were spent on this invoice already."))},
)
