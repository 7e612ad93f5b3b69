"""Guarantees, claims and disputes: written by commands only."""

from __future__ import annotations

from kernel.api import Charge, Resource, Search, Section, Sort, _, fields, pgettext_lazy
from plugins.carpet import actions
from plugins.carpet.models import Claim, Dispute, Guarantee
from plugins.carpet.models.care import UNSETTLED
from plugins.carpet.resources.catalogue import FAULTS, REGIONS
from plugins.carpet.resources.words import (
    CHANNELS,
    CLAIM_COLOURS,
    CLAIM_STATES,
    DISPUTE_COLOURS,
    DISPUTE_STATES,
    GUARANTEE_COLOURS,
    GUARANTEE_STATES,
)

NEWEST = Sort("newest", _("Newest first"), ("id",), descending=True)

GUARANTEE = Resource(
    name="carpet.guarantee",
    model=Guarantee,
    title=_("Guarantee"),
    plural=_("Guarantees"),
    path="carpet/guarantees",
    icon="shield-check",
    label="number",
    actions=actions.of_guarantee,
    fields=(
        fields.Code("number", _("Serial"), limit=11, read_only=True),
        fields.Link("party", _("Owner"), to="party", attribute="party_id", read_only=True),
        fields.Link("model", _("Model"), to="carpet.model", attribute="model_id", read_only=True),
        fields.Link(
            "dealer",
            pgettext_lazy("carpet", "Dealer"),
            to="carpet.dealer",
            attribute="dealer_id",
            read_only=True,
        ),
        fields.BaseChoice("region", _("Region"), source=REGIONS, attribute="region_id", read_only=True),
        fields.Day("registered_on", _("Registered on"), read_only=True),
        fields.Choice("channel", _("Registered how"), options=CHANNELS, read_only=True),
        fields.Day("starts_on", _("Begins on"), read_only=True),
        fields.Day("ends_on", _("Last day"), read_only=True),
        fields.Choice(
            "state", _("State"), options=GUARANTEE_STATES, colours=GUARANTEE_COLOURS, read_only=True
        ),
        fields.YesNo("consent", _("Agreed to hear of offers"), read_only=True),
        fields.Day("consent_on", _("Agreed on"), read_only=True, in_list=False),
        fields.Link(
            "replaces", _("Stands in for"), to="carpet.guarantee", attribute="replaces_id", read_only=True
        ),
        fields.LongText("note", _("Note"), limit=2000, read_only=True, in_list=False),
    ),
    list_columns=("number", "party", "model", "dealer", "registered_on", "ends_on", "state", "channel"),
    sections=(
        Section(
            _("Guarantee"), ("number", "party", "model", "dealer", "region", "state", "starts_on", "ends_on")
        ),
        Section(_("Registration"), ("registered_on", "channel", "consent", "consent_on", "replaces", "note")),
    ),
    sorts=(
        NEWEST,
        Sort("registered", _("Latest registered"), ("registered_on",), descending=True),
        Sort("end", _("Ends first"), ("ends_on",)),
    ),
    search=Search(scan="number"),
    quick_filters=("state", "dealer", "model", "region", "channel", "registered_on", "ends_on"),
    editable=False,
    constraints={
        "uq_guarantee_serial_id": (None, _("This carpet is registered already.")),
        "uq_guarantee_replaces_id": (None, _("This carpet was replaced already.")),
        "ck_guarantee_order": (None, _("The guarantee would end before it begins; look at the days.")),
    },
    help=_(
        "Registered carpets with their owners. A carpet is registered once for ever; it goes to another owner by a transfer."
    ),
)

CLAIM = Resource(
    name="carpet.claim",
    model=Claim,
    title=_("Claim"),
    plural=_("Claims"),
    path="carpet/claims",
    icon="tool",
    label="number",
    actions=actions.of_claim,
    fields=(
        fields.Code("number", _("Number of the claim"), limit=20, read_only=True),
        fields.Link(
            "guarantee", _("Guarantee"), to="carpet.guarantee", attribute="guarantee_id", read_only=True
        ),
        fields.Link("model", _("Model"), to="carpet.model", attribute="model_id", read_only=True),
        fields.Link(
            "dealer",
            pgettext_lazy("carpet", "Dealer"),
            to="carpet.dealer",
            attribute="dealer_id",
            read_only=True,
        ),
        fields.Day("reported_on", _("Reported on"), read_only=True),
        fields.BaseChoice("fault", _("Fault"), source=FAULTS, attribute="fault_id", read_only=True),
        fields.LongText("description", _("Description"), limit=4000, read_only=True),
        fields.Choice("state", _("State"), options=CLAIM_STATES, colours=CLAIM_COLOURS, read_only=True),
        fields.UserLink("inspector", _("Inspector"), attribute="inspector_id", read_only=True),
        fields.Day("inspect_on", _("Inspection due on"), read_only=True),
        fields.Day("inspected_on", _("Inspected on"), read_only=True),
        fields.LongText("findings", _("Findings"), limit=4000, read_only=True),
        fields.Day("decided_on", _("Decided on"), read_only=True),
        fields.LongText("decision", _("Decision"), limit=2000, read_only=True),
        fields.Day("settled_on", _("Settled on"), read_only=True),
        fields.Link(
            "replacement", _("Replaced by"), to="carpet.serial", attribute="replacement_id", read_only=True
        ),
        fields.Money("cost", _("The owner pays (Rials)"), read_only=True),
    ),
    list_columns=("number", "guarantee", "model", "fault", "reported_on", "inspector", "state"),
    sections=(
        Section(
            _("Claim"),
            ("number", "guarantee", "model", "dealer", "reported_on", "fault", "description", "state"),
        ),
        Section(_("Inspection"), ("inspector", "inspect_on", "inspected_on", "findings")),
        Section(_("Decision"), ("decided_on", "decision", "settled_on", "replacement", "cost")),
    ),
    sorts=(NEWEST,),
    search=Search(held=("number",)),
    quick_filters=("state", "fault", "model", "inspector", "dealer", "reported_on"),
    editable=False,
    charges=(Charge("inspector_id", when=lambda _context, claim: claim.state.in_(UNSETTLED)),),
    constraints={
        "uq_claim_guarantee_id": (None, _("There is an open claim for this carpet already.")),
        "uq_claim_replacement_id": ("serial", _("This carpet was given for another claim already.")),
    },
    help=_(
        "What owners report: inspected, with photos, decided, and settled by repair or by another "
        "carpet. Photos lie under “Files” of the claim."
    ),
)

DISPUTE = Resource(
    name="carpet.dispute",
    model=Dispute,
    title=_("Dispute"),
    plural=_("Disputes"),
    path="carpet/disputes",
    icon="scale",
    label="title",
    actions=actions.of_dispute,
    fields=(
        fields.Code("title", _("Serial"), limit=20, read_only=True),
        fields.Link(
            "guarantee", _("Guarantee"), to="carpet.guarantee", attribute="guarantee_id", read_only=True
        ),
        fields.Link("party", _("Who else claims it"), to="party", attribute="party_id", read_only=True),
        fields.Day("opened_on", _("Since"), read_only=True),
        fields.Choice("channel", _("How it came"), options=CHANNELS, read_only=True),
        fields.Choice("state", _("State"), options=DISPUTE_STATES, colours=DISPUTE_COLOURS, read_only=True),
        fields.Day("decided_on", _("Decided on"), read_only=True),
        fields.UserLink("decided_by", _("Decided by"), attribute="decided_by", read_only=True),
        fields.Text("reason", _("Reason"), limit=500, read_only=True),
    ),
    list_columns=("title", "party", "opened_on", "channel", "state", "decided_on"),
    sections=(
        Section(
            _("Dispute"),
            (
                "title",
                "guarantee",
                "party",
                "opened_on",
                "channel",
                "state",
                "decided_on",
                "decided_by",
                "reason",
            ),
        ),
    ),
    sorts=(NEWEST,),
    search=Search(),
    quick_filters=("state", "channel", "opened_on"),
    editable=False,
    help=_(
        "Somebody sent serial and code of a carpet that is registered for another. Nothing was told to "
        "him and nothing taken over: ask both for the invoice, and decide."
    ),
)
