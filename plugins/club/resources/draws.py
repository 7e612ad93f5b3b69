"""Draws: planned on a form, frozen and drawn by commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.api import Context, Problem, Resource, Search, Section, SegmentChoice, Sort, _, fields, squeeze
from plugins.club.models import Draw
from plugins.club.resources.words import CHANCES, DRAW_COLOURS, DRAW_STATES

RULES = {
    "title",
    "prize",
    "begins",
    "ends",
    "chances",
    "per_points",
    "most_chances",
    "registered_only",
    "rank",
    "segment",
    "without_winners_since",
    "winners",
    "reserves",
    "public_source",
}


def prepare_draw(context: Context, draw: Draw, values: Mapping[str, Any]) -> list[Problem]:
    """Rules stay as they are once the list is frozen; days stand in order; what is left empty is the usual."""
    if draw.state not in (None, "planned") and RULES & set(values):
        return [Problem(None, _("The list is frozen, so the rules of this draw stay as they are."))]
    draw.search_key = squeeze(draw.title or "")
    usual = {"winners": 1, "reserves": 0, "per_points": 100, "most_chances": 0, "chances": "member"}
    for name, value in usual.items():
        if getattr(draw, name) is None:
            setattr(draw, name, value)
    if draw.begins and draw.ends and draw.begins > draw.ends:
        return [Problem("ends", _("The last day must not be before the first."))]
    return []


DRAW = Resource(
    name="club.draw",
    model=Draw,
    title=_("Draw"),
    plural=_("Draws"),
    path="club/draws",
    icon="trophy",
    label="title",
    page="/club/draw/{id}",
    unruled=tuple(sorted(RULES - {"segment"} | {"state"})),
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.Text("prize", _("Prize"), limit=200),
        fields.Day("begins", _("From"), required=True),
        fields.Day("ends", _("Until"), required=True),
        fields.Choice("chances", _("Chances"), options=CHANCES, default="member"),
        fields.Whole(
            "per_points",
            _("Points for one chance"),
            least=1,
            most=1_000_000,
            default=100,
            help=_("Where chances go by points earned."),
        ),
        fields.Whole(
            "most_chances",
            _("Chances of one member at most"),
            least=0,
            most=1_000_000,
            default=0,
            help=_("0 sets no limit."),
        ),
        fields.YesNo(
            "registered_only",
            _("Only who registered"),
            help=_("By USSD, by SMS with the word of the settings, or at the counter."),
        ),
        fields.Link("rank", _("Only this rank"), to="club.rank", attribute="rank_id"),
        SegmentChoice(
            "segment", _("Only this segment"), attribute="segment_id", filterable=False, importable=False
        ),
        fields.Day("without_winners_since", _("Without winners since")),
        fields.Whole("winners", _("Winners"), required=True, least=1, most=1_000, default=1),
        fields.Whole("reserves", _("Reserves"), least=0, most=1_000, default=0),
        fields.Text(
            "public_source",
            _("Source of the public word"),
            limit=200,
            help=_(
                "Announced beforehand, and known to nobody yet: such as the closing index of the stock exchange on the "
                "day of the draw."
            ),
        ),
        fields.Choice("state", _("State"), options=DRAW_STATES, colours=DRAW_COLOURS, read_only=True),
        fields.Instant("frozen_at", _("List frozen at"), read_only=True),
        fields.Instant("drawn_at", _("Drawn at"), read_only=True),
    ),
    list_columns=("title", "prize", "begins", "ends", "winners", "state"),
    sections=(
        Section(_("Draw"), ("title", "prize", "begins", "ends", "winners", "reserves", "state")),
        Section(
            _("Who takes part"),
            (
                "chances",
                "per_points",
                "most_chances",
                "registered_only",
                "rank",
                "segment",
                "without_winners_since",
            ),
        ),
        Section(_("Proof"), ("public_source", "frozen_at", "drawn_at")),
    ),
    sorts=(Sort("ends", _("Latest first"), ("ends",), descending=True),),
    search=Search(),
    quick_filters=("state", "ends"),
    prepare=prepare_draw,
    help=_(
        "The list of those who take part is frozen before the draw, and its hash is published with a commitment to a hidden "
        "seed. At the draw the seed is shown, so that anybody can reckon the result again."
    ),
)
