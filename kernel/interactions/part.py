"""What the layer of interactions contributes: resources, policies, commands, base data."""

from __future__ import annotations

from kernel.i18n import _
from kernel.interactions import answers, calls, recording
from kernel.interactions.call_resource import CALL
from kernel.interactions.follow_ups import DUE, TELLING
from kernel.interactions.policies import POLICIES
from kernel.interactions.resources import INTERACTION, PARTS, REASONS, RESULTS
from kernel.resources.commands import commands_in
from kernel.resources.parts import BaseList, KernelPart

BASE_LISTS = (
    BaseList(
        RESULTS,
        _("Results of interactions"),
        {
            "answered": _("Was answered"),
            "no_answer": _("Nobody answered"),
            "call_again": _("To be called again"),
            "interested": _("Interested"),
            "not_interested": _("Not interested"),
            "agreed": _("Agreed"),
            "solved": _("Solved"),
            "passed_on": _("Passed on"),
        },
    ),
    BaseList(
        REASONS,
        _("Reasons of interactions"),
        {
            "question": _("Question"),
            "order": _("Order or purchase"),
            "support": _("Support"),
            "complaint": _("Complaint"),
            "suggestion": _("Suggestion"),
            "payment": _("Payment"),
            "appointment": _("Appointment"),
            "introduction": _("First acquaintance"),
        },
    ),
    BaseList(
        PARTS,
        _("Parts in interactions"),
        {
            "present": _("Took part"),
            "on_behalf": _("On whose behalf"),
            "decided": _("Decided"),
            "introduced": _("Made the contact"),
            "informed": _("Was informed"),
        },
    ),
)

PART = KernelPart(
    name="interactions",
    resources=(INTERACTION, CALL),
    policies=POLICIES,
    commands=commands_in(recording, calls),
    base_lists=BASE_LISTS,
    jobs=(TELLING,),
    notice_kinds=(DUE,),
    hooks=answers,
)
"""The part that `kernel.administration.assembly` enters."""
