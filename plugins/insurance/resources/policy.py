"""The policy: its form with what is asked by line, its list, its buttons."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.api import Action, Calendar, Context, Part, Resource, Search, Section, Sort, Tab, _, fields
from plugins.insurance import keeping, preparing
from plugins.insurance.kinds import Holder
from plugins.insurance.models import InsuredObject, InsuredPerson, Policy
from plugins.insurance.particulars import PARTICULARS
from plugins.insurance.resources.policy_fields import COURSE, MONEY, MOST, RIGHT, TIMES, UNRULED, WHO
from plugins.insurance.resources.same import same_policies
from plugins.insurance.words import RELATIONS, UNENDED


def actions(context: Context, policy_id: int) -> Sequence[Action]:
    """The buttons of a policy's page that lead to its file and to what is done most."""
    policy = context.session.get(Policy, policy_id)
    if policy is None:
        return ()
    found = [
        Action(
            label=_("File of the policy"),
            url=f"/insurance/{policy_id}/file",
            icon="folder",
            permission=(RIGHT, "view"),
        )
    ]
    if policy.renewal != "renewed" and policy.state not in ("request", "cancelled"):
        found.append(
            Action(
                label=_("Renew"),
                url=f"/insurance/{policy_id}/renew",
                icon="refresh",
                permission=(RIGHT, "edit"),
            )
        )
    if policy.state in UNENDED:
        found.append(
            Action(
                label=_("New endorsement"),
                url=f"/insurance/{policy_id}/endorse",
                icon="file-text",
                permission=(RIGHT, "edit"),
            )
        )
    if policy.number:
        found.append(
            Action(
                label=_("New claim"),
                url=f"/insurance/claims/new?policy={policy_id}",
                icon="alert-triangle",
                permission=("insurance.claim", "create"),
            )
        )
    return found


def _names(*items: fields.Field) -> tuple[str, ...]:
    return tuple(item.name for item in items)


SORTS = (
    Sort("newest", _("Newest first"), ("id",), descending=True),
    Sort("end", _("End"), ("ends_on",)),
    Sort("premium", _("Largest premium first"), ("premium",), descending=True),
)

POLICY = Resource(
    name=RIGHT,
    model=Policy,
    title=_("Policy"),
    plural=_("Policies"),
    path="insurance/policies",
    icon="shield-check",
    label="title",
    unruled=UNRULED,
    fields=(*WHO, *TIMES, *MONEY, *PARTICULARS, *COURSE),
    list_columns=(
        "holder",
        "line",
        "insurer",
        "ends_on",
        "premium_total",
        "state",
        "renewal",
        "expert",
    ),
    sections=(
        Section(_("Policy"), _names(*WHO)),
        Section(_("From when until when"), _names(*TIMES)),
        Section(_("Premium and commission"), _names(*MONEY)),
        Section(_("What is insured"), _names(*PARTICULARS)),
        Section(_("Renewal and course"), _names(*COURSE), tab="course"),
    ),
    tabs=(Tab("insured", _("Insured persons and things")), Tab("course", _("Renewal and course"))),
    parts=(
        Part(
            "insured",
            _("Insured persons"),
            InsuredPerson,
            "policy_id",
            (
                Holder("party", _("Person"), attribute="party_id", required=True),
                fields.Choice(
                    "relation",
                    _("Relation to the holder"),
                    options=RELATIONS,
                    required=True,
                    default="holder",
                ),
                fields.Text("note", _("Note"), limit=200),
            ),
            add_title=_("Add a person"),
            most=500,
            ruled=False,
            tab="insured",
        ),
        Part(
            "objects",
            _("Further things insured"),
            InsuredObject,
            "policy_id",
            (
                fields.Text("title", _("What"), required=True, limit=150),
                fields.Text("identifier", _("Plate, serial or address"), limit=150),
                fields.Money("sum_insured", _("Sum insured"), least=0, most=MOST),
            ),
            add_title=_("Add a thing"),
            most=500,
            ruled=False,
            tab="insured",
        ),
    ),
    sorts=SORTS,
    search=Search(held=("number", "plate", "vin", "chassis", "plan")),
    quick_filters=("line", "insurer", "state", "renewal", "expert", "holder", "ends_on", "issued_on"),
    prepare=preparing.prepare_policy,
    follow=keeping.follow_policy,
    owner="expert_id",
    importable=True,
    duplicates=same_policies,
    actions=actions,
    constraints={
        "uq_policy_number": ("number", _("This insurer has a policy of this number already.")),
        "uq_policy_former_id": (None, _("This policy has been renewed already.")),
        "uq_insured_person_policy_id": (None, _("A person is insured by a policy once only.")),
        "ck_policy_kept": ("premium", preparing.LESS_THAN_GIVEN_BACK),
        "ck_policy_order": ("ends_on", _("The end must be later than the beginning.")),
    },
    help=_(
        "A policy has a holder, a line and an insurer; what is asked of the insured thing follows the line. Its file shows "
        "instalments, endorsements, claims and the chain of renewals. Shortly before its end it comes onto the renewal "
        "board and the call list by itself, and renewing it silences its reminders."
    ),
    views=(
        Calendar(
            start="ends_on",
            label="holder",
            tone="line",
            fields=("line", "insurer"),
            title=_("Calendar of ends"),
        ),
    ),
)
