"""What a site may set of insurance."""

from __future__ import annotations

from kernel.api import Setting, _

SETTINGS = (
    Setting(
        key="renewal_days",
        title=_("Policies come onto the renewal board, days before their end"),
        kind="whole",
        default=45,
        bounds=(1, 180),
        order=10,
    ),
    Setting(
        key="calls_on_days_off",
        title=_("A call that falls on a day off"),
        kind="choice",
        choices={
            "earlier": _("comes on the working day before"),
            "later": _("comes on the next working day"),
            "keep": _("stays where it is"),
        },
        default="earlier",
        order=20,
    ),
    Setting(
        key="nowruz_closed",
        title=_("1 to 13 Farvardin are days off for calls"),
        kind="yes_no",
        default=True,
        help=_(
            "Calls that fall into the closure come before it. Ladders of reminders have the same choice each."
        ),
        order=30,
    ),
    Setting(
        key="thank",
        title=_("Thank the insured by SMS when a policy is issued"),
        kind="yes_no",
        default=True,
        help=_(
            "Each policy once; not for policies that began more than a week ago, such as those of an import."
        ),
        order=40,
    ),
    Setting(
        key="billing",
        title=_("Invoices of premiums"),
        kind="choice",
        choices={
            "by_hand": _("Where somebody asks for one in the file of a policy or on renewing"),
            "at_once": _("As soon as a policy is issued"),
        },
        default="by_hand",
        help=_(
            "Where sales are in use. A policy that began more than thirty days ago is an old one and not billed by itself."
        ),
        order=60,
    ),
    Setting(
        key="tell_claims",
        title=_("Tell the insured by SMS how far a claim is"),
        kind="yes_no",
        default=True,
        order=50,
    ),
)
