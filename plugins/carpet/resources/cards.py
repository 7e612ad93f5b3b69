"""Batches and serials: made, given and sold by commands only."""

from __future__ import annotations

from kernel.api import Resource, Search, Section, Sort, _, fields, pgettext_lazy
from plugins.carpet import actions
from plugins.carpet.models import Batch, Serial
from plugins.carpet.resources.words import BATCH_COLOURS, BATCH_STATES, SERIAL_COLOURS, SERIAL_STATES
from plugins.carpet.terms import START_RULES

NEWEST = Sort("newest", _("Newest first"), ("id",), descending=True)

BATCH = Resource(
    name="carpet.batch",
    model=Batch,
    title=_("Batch of cards"),
    plural=_("Batches of cards"),
    path="carpet/batches",
    icon="stack-2",
    label="number",
    actions=actions.of_batch,
    fields=(
        fields.Code("number", _("Number of the batch"), limit=4, read_only=True),
        fields.Link("model", _("Model"), to="carpet.model", attribute="model_id", read_only=True),
        fields.Day("produced_on", _("Produced on"), read_only=True),
        fields.Whole("count", _("Cards"), read_only=True),
        fields.Choice("state", _("State"), options=BATCH_STATES, colours=BATCH_COLOURS, read_only=True),
        fields.Choice("start_rule", _("Guarantee begins with"), options=START_RULES, read_only=True),
        fields.Whole("term_months", _("Guarantee (months)"), read_only=True),
        fields.Whole("grace_months", _("Grace (months)"), read_only=True),
        fields.Day("closes_on", _("To be registered until"), read_only=True),
        fields.Instant("handed_at", _("Handed out at"), read_only=True),
        fields.UserLink("handed_by", _("Handed out to"), attribute="handed_by", read_only=True),
        fields.LongText("note", _("Note"), limit=2000, read_only=True),
    ),
    list_columns=("number", "model", "produced_on", "count", "closes_on", "state"),
    sections=(
        Section(_("Batch of cards"), ("number", "model", "produced_on", "count", "state")),
        Section(_("Guarantee"), ("start_rule", "term_months", "grace_months", "closes_on", "note")),
        Section(_("Codes"), ("handed_at", "handed_by")),
    ),
    sorts=(NEWEST, Sort("produced", _("Latest produced"), ("produced_on",), descending=True)),
    search=Search(),
    quick_filters=("state", "model", "produced_on"),
    editable=False,
    constraints={
        "uq_batch_number": (None, _("Somebody made a batch at the same moment; please try again.")),
        "ck_batch_order": ("closes_on", _("Cards cannot close before they are made.")),
    },
    help=_(
        "Cards are made batch by batch: each carpet gets a serial with a check digit. Their codes are "
        "made when the cards are handed out, once; nobody can read them afterwards, the program "
        "included."
    ),
)

SERIAL = Resource(
    name="carpet.serial",
    model=Serial,
    title=_("Carpet"),
    plural=_("Carpets by serial"),
    path="carpet/serials",
    icon="barcode",
    label="number",
    actions=actions.of_serial,
    fields=(
        fields.Code("number", _("Serial"), limit=11, read_only=True),
        fields.Link("model", _("Model"), to="carpet.model", attribute="model_id", read_only=True),
        fields.Link("batch", _("Batch"), to="carpet.batch", attribute="batch_id", read_only=True),
        fields.Whole("place", _("Place in the batch"), read_only=True, in_list=False),
        fields.Link(
            "dealer",
            pgettext_lazy("carpet", "Dealer"),
            to="carpet.dealer",
            attribute="dealer_id",
            read_only=True,
        ),
        fields.Day("given_on", _("Given to the dealer on"), read_only=True),
        fields.Day("sold_on", _("Sold on"), read_only=True),
        fields.Choice("state", _("State"), options=SERIAL_STATES, colours=SERIAL_COLOURS, read_only=True),
        fields.LongText("note", _("Note"), limit=500, read_only=True),
    ),
    list_columns=("number", "model", "dealer", "given_on", "sold_on", "state"),
    sections=(
        Section(
            _("Carpet"),
            ("number", "model", "batch", "place", "dealer", "given_on", "sold_on", "state", "note"),
        ),
    ),
    sorts=(NEWEST,),
    search=Search(scan="number"),
    quick_filters=("state", "dealer", "model", "batch", "given_on"),
    editable=False,
    constraints={"uq_serial_number": (None, _("There is a carpet of this serial already."))},
    help=_("Every carpet that has a card. A serial that is scanned in the search finds its carpet."),
)
