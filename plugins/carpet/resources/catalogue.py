"""Base lists, models of carpets, and dealers with their users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from kernel.api import (
    BaseList,
    Context,
    Part,
    Problem,
    Resource,
    Search,
    Section,
    Sort,
    _,
    fields,
    give_role,
    pgettext_lazy,
    sort_key,
    squeeze,
)
from plugins.carpet import actions
from plugins.carpet.models import CarpetModel, Dealer, DealerUser, Serial

SIZES, DESIGNS, COLOURS, REGIONS, FAULTS = (
    f"carpet.{name}" for name in ("size", "design", "colour", "region", "fault")
)
BASE_LISTS = (
    BaseList(
        SIZES,
        _("Sizes of carpets"),
        {
            "m4": _("4 m² (1.5 × 2.25)"),
            "m6": _("6 m² (2 × 3)"),
            "m9": _("9 m² (2.5 × 3.5)"),
            "m12": _("12 m² (3 × 4)"),
            "runner": _("Runner (1 × 3)"),
        },
    ),
    BaseList(
        DESIGNS,
        _("Designs of carpets"),
        {
            "afshan": _("Afshan"),
            "lachak": _("Lachak and medallion"),
            "kheshti": _("Kheshti"),
            "golfarang": _("Gol Farang"),
            "vintage": _("Vintage"),
            "modern": _("Modern"),
        },
    ),
    BaseList(
        COLOURS,
        _("Colours of carpets"),
        {
            "cream": _("Cream"),
            "red": _("Crimson"),
            "blue": _("Navy blue"),
            "silver": _("Silver"),
            "walnut": _("Walnut"),
            "green": _("Green"),
        },
    ),
    BaseList(
        REGIONS,
        _("Regions of sale"),
        {
            "centre": _("Centre"),
            "north": _("North"),
            "south": _("South"),
            "east": _("East"),
            "west": _("West"),
        },
    ),
    BaseList(
        FAULTS,
        _("Faults of carpets"),
        {
            "shedding": _("Pile comes off"),
            "colour": _("Colour fades or runs"),
            "edge": _("Edge comes loose"),
            "weave": _("Fault of weaving"),
            "curl": _("Does not lie flat"),
            "other": _("Another fault"),
        },
    ),
)


class Held(fields.Gathered):
    """How many carpets a dealer holds that are not sold yet."""

    def gather(self, ids: Sequence[int], context: Context) -> Mapping[int, Any]:
        """Count them for a page of dealers at once."""
        wanted = (
            select(Serial.dealer_id, func.count())
            .where(Serial.dealer_id.in_(list(ids)), Serial.state == "stock")
            .group_by(Serial.dealer_id)
        )
        return {number: count for number, count in context.session.execute(wanted) if number is not None}

    def show(self, value: Any, context: Context) -> str:
        """The number, in the digits of the language."""
        return COUNT.show(value, context)


COUNT = fields.Whole("count", _("Carpets"))


def prepare_model(context: Context, model: CarpetModel, values: Mapping[str, Any]) -> list[Problem]:
    """Compute what a model is found and ordered by; what is left empty is the usual."""
    model.term_months = model.term_months or 24
    if model.active is None:
        model.active = True
    model.search_key = "|".join(squeeze(text) for text in (model.title, model.code) if text)
    model.sort_key = sort_key(model.title or "")
    return []


def prepare_dealer(context: Context, dealer: Dealer, values: Mapping[str, Any]) -> list[Problem]:
    """Compute what a dealer is found and ordered by."""
    if dealer.active is None:
        dealer.active = True
    dealer.search_key = "|".join(squeeze(text) for text in (dealer.title, dealer.code) if text)
    dealer.sort_key = sort_key(dealer.title or "")
    return []


def written_dealer(context: Context, dealer: Dealer) -> None:
    """Whoever sells our carpets is a dealer among the roles of parties, too."""
    with context.system("the role of a dealer") as system:
        give_role(system, dealer.party_id, "carpet.dealer")


MODEL = Resource(
    name="carpet.model",
    model=CarpetModel,
    title=_("Model of carpets"),
    plural=_("Models of carpets"),
    path="carpet/models",
    icon="palette",
    label="title",
    fields=(
        fields.Code("code", _("Code"), required=True, limit=20),
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.BaseChoice("size", _("Size"), source=SIZES, attribute="size_id"),
        fields.BaseChoice("design", _("Design"), source=DESIGNS, attribute="design_id"),
        fields.BaseChoice("colour", _("Colour"), source=COLOURS, attribute="colour_id"),
        fields.Whole("reeds", _("Reeds"), least=100, most=5000),
        fields.Whole("density", _("Density"), least=100, most=20_000),
        fields.Whole(
            "term_months",
            _("Guarantee (months)"),
            least=1,
            most=600,
            default=24,
            help=_("New batches begin with it; each batch may have another."),
        ),
        fields.YesNo("active", _("Still made"), default=True),
        fields.LongText("note", _("Note"), limit=2000),
    ),
    list_columns=("code", "title", "size", "design", "colour", "reeds", "density", "active"),
    sections=(
        Section(
            _("Model of carpets"),
            ("code", "title", "size", "design", "colour", "reeds", "density", "active"),
        ),
        Section(_("Guarantee"), ("term_months", "note")),
    ),
    sorts=(
        Sort("title", _("Title"), ("sort_key",)),
        Sort("newest", _("Newest first"), ("id",), descending=True),
    ),
    search=Search(held=("code",)),
    quick_filters=("size", "design", "colour", "active"),
    quick=("code", "title", "size", "design", "colour"),
    prepare=prepare_model,
    importable=True,
    identities=("code",),
    constraints={"uq_model_code": ("code", _("Another model has this code."))},
)

DEALER = Resource(
    name="carpet.dealer",
    model=Dealer,
    title=pgettext_lazy("carpet", "Dealer"),
    plural=_("Dealers"),
    path="carpet/dealers",
    icon="building-store",
    label="title",
    actions=actions.of_dealer,
    fields=(
        fields.Code("code", _("Code"), required=True, limit=20),
        fields.Text("title", _("Name of the dealer"), required=True, limit=150),
        fields.Link("party", _("Person or organisation"), to="party", attribute="party_id", required=True),
        fields.BaseChoice("region", _("Region"), source=REGIONS, attribute="region_id"),
        Held("held", _("Carpets not sold")),
        fields.YesNo("active", _("Sells for us"), default=True),
        fields.LongText("note", _("Note"), limit=2000),
    ),
    list_columns=("code", "title", "party", "region", "held", "active"),
    sections=(
        Section(
            pgettext_lazy("carpet", "Dealer"), ("code", "title", "party", "region", "held", "active", "note")
        ),
    ),
    parts=(
        Part(
            "users",
            _("Users of the dealer"),
            DealerUser,
            "dealer_id",
            (fields.UserLink("user", _("User"), attribute="user_id", required=True),),
            add_title=_("Add a user"),
            most=50,
            ruled=False,
        ),
    ),
    sorts=(
        Sort("title", _("Name"), ("sort_key",)),
        Sort("newest", _("Newest first"), ("id",), descending=True),
    ),
    search=Search(held=("code",)),
    quick_filters=("region", "active"),
    prepare=prepare_dealer,
    written=written_dealer,
    constraints={
        "uq_dealer_code": ("code", _("Another dealer has this code.")),
        "uq_dealer_party_id": ("party", _("This is a dealer already.")),
        "uq_dealer_user_user_id": (None, _("A user works for a dealer once only.")),
    },
    help=_(
        "Who sells our carpets. The users of a dealer see the serials that were given to him, the "
        "guarantees of these and their buyers, and nothing of others. “Give serials” takes a range of a "
        "batch to a dealer."
    ),
)
