"""Claims, and the instalments and endorsements that commands of their own write."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.api import Action, Board, ByCommand, Charge, Context, Resource, Search, Section, Sort, _, fields
from plugins.insurance import preparing
from plugins.insurance.following import follow_claim
from plugins.insurance.models import Claim, Endorsement, Instalment
from plugins.insurance.resources.lists import CAUSES
from plugins.insurance.resources.policy_fields import MOST
from plugins.insurance.words import (
    CLAIM_COLOURS,
    CLAIM_MOVES,
    CLAIMS,
    ENDORSEMENTS,
    OPEN_CLAIMS,
    PAID_FROM,
)

OF_POLICY = fields.Link("policy", _("Policy"), to="insurance.policy", attribute="policy_id", required=True)


def claim_actions(context: Context, claim_id: int) -> Sequence[Action]:
    """The buttons of a claim's page."""
    claim = context.session.get(Claim, claim_id)
    if claim is None:
        return ()
    edit = ("insurance.claim", "edit")
    found = [
        Action(
            label=_("File of the policy"),
            url=f"/insurance/{claim.policy_id}/file",
            icon="folder",
            permission=("insurance.policy", "view"),
        )
    ]
    if claim.state == "paid":
        found.append(
            Action(
                label=_("Correct the payment"),
                url=f"/insurance/claims/{claim_id}/step",
                icon="arrow-back-up",
                permission=edit,
            )
        )
    else:
        found.append(
            Action(
                label=_("Next step"),
                url=f"/insurance/claims/{claim_id}/step",
                icon="arrow-right",
                permission=edit,
            )
        )
    return found


CLAIM = Resource(
    name="insurance.claim",
    model=Claim,
    title=_("Insurance claim"),
    plural=_("Insurance claims"),
    path="insurance/claims",
    icon="alert-triangle",
    label="code",
    unruled=("code", "policy", "state"),
    fields=(
        fields.Code("code", _("Code"), limit=20, read_only=True),
        OF_POLICY,
        fields.Code("number", _("File number of the insurer"), limit=40),
        fields.BaseChoice("cause", _("Cause"), source=CAUSES, attribute="cause_id"),
        fields.Day("occurred_on", _("Happened on"), required=True),
        fields.Day("reported_on", _("Reported on")),
        fields.Text("place", _("Where"), limit=200),
        fields.Money("claimed", _("Estimated loss"), least=0, most=MOST),
        fields.Choice("state", _("State"), options=CLAIMS, colours=CLAIM_COLOURS, read_only=True),
        fields.Day("next_step_on", _("Next step on")),
        fields.UserLink("expert", _("Expert"), attribute="expert_id"),
        fields.Money("paid", _("Paid"), read_only=True),
        fields.Day("paid_on", _("Paid on"), read_only=True),
        fields.Text("reject_reason", _("Why it was rejected"), read_only=True, in_list=False),
        fields.LongText("description", _("Description"), limit=10_000),
    ),
    list_columns=("code", "policy", "cause", "occurred_on", "claimed", "state", "next_step_on", "expert"),
    sections=(
        Section(
            _("Insurance claim"),
            ("code", "policy", "number", "cause", "occurred_on", "reported_on", "place", "description"),
        ),
        Section(
            _("Course of the claim"),
            ("state", "claimed", "paid", "paid_on", "reject_reason", "next_step_on", "expert"),
        ),
    ),
    sorts=(
        Sort("newest", _("Newest first"), ("id",), descending=True),
        Sort("next", _("Next step on"), ("next_step_on",), nulls=True),
    ),
    search=Search(held=("number",)),
    quick_filters=("state", "policy", "cause", "expert", "occurred_on", "next_step_on"),
    quick=("policy", "occurred_on", "cause"),
    prepare=preparing.prepare_claim,
    follow=follow_claim,
    owner="expert_id",
    actions=claim_actions,
    charges=(
        Charge("expert_id", along="policy_id", when=lambda context, model: model.state.in_(OPEN_CLAIMS)),
    ),
    constraints={"ck_claim_order": ("occurred_on", _("It cannot have happened after it was reported."))},
    views=(
        Board(
            lane="state",
            fields=("policy", "cause", "claimed", "next_step_on"),
            sum="claimed",
            allowed=CLAIM_MOVES,
            move=ByCommand("insurance.set_claim_state", {"state": "state"}, record="claim"),
        ),
    ),
    help=_(
        "What happened, and how far it is with the insurer. Paying and rejecting are done by “Next step”, which asks for "
        "the amount or the reason. Photos and forms stand under Files."
    ),
)

INSTALMENT = Resource(
    name="insurance.instalment",
    model=Instalment,
    permission="insurance.policy",
    title=_("Instalment of a premium"),
    plural=_("Instalments of premiums"),
    path="insurance/instalments",
    icon="coins",
    label="due_on",
    editable=False,
    unruled=("policy", "due_on", "amount"),
    fields=(
        OF_POLICY,
        fields.Day("due_on", _("Due on")),
        fields.Money("amount", _("Amount")),
        fields.Day("paid_on", _("Paid on")),
        fields.Choice("paid_from", _("How it is known"), options=PAID_FROM),
        fields.Text("note", _("Note")),
    ),
    list_columns=("policy", "due_on", "amount", "paid_on", "paid_from", "note"),
    sections=(Section(_("Instalment"), ("policy", "due_on", "amount", "paid_on", "paid_from", "note")),),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    quick_filters=("policy", "due_on", "paid_on"),
    help=_(
        "The parts of premiums and when they come due. They are planned and noted as paid in the file of the policy."
    ),
)

ENDORSEMENT = Resource(
    name="insurance.endorsement",
    model=Endorsement,
    permission="insurance.policy",
    title=_("Endorsement"),
    plural=_("Endorsements"),
    path="insurance/endorsements",
    icon="file-text",
    label="description",
    editable=False,
    unruled=("policy", "description"),
    fields=(
        OF_POLICY,
        fields.Whole("place", _("Place in the policy")),
        fields.Text("number", _("Number")),
        fields.Day("day", _("Day")),
        fields.Choice("kind", _("Kind"), options=ENDORSEMENTS),
        fields.Money("premium_change", _("Change of the premium")),
        fields.Day("ends_before", _("End before")),
        fields.Day("ends_after", _("End after")),
        fields.Link("added", _("Added person"), to="party", attribute="added_id"),
        fields.Link("removed", _("Removed person"), to="party", attribute="removed_id"),
        fields.Text("description", _("Description")),
    ),
    list_columns=("policy", "place", "number", "day", "kind", "premium_change", "description"),
    sections=(
        Section(
            _("Endorsement"),
            (
                "policy",
                "place",
                "number",
                "day",
                "kind",
                "premium_change",
                "ends_before",
                "ends_after",
                "added",
                "removed",
                "description",
            ),
        ),
    ),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    quick_filters=("policy", "kind", "day"),
    help=_("Changes that the insurer wrote. An endorsement is never changed: a further one corrects it."),
)
