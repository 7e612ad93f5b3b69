"""What a site may set of projects."""

from __future__ import annotations

from kernel.api import Setting, _

SETTINGS = (
    Setting(
        key="open_for_invoices",
        title=_("Issued invoices of sale open projects"),
        kind="choice",
        choices={
            "never": _("Never"),
            "services": _("Where they hold a service"),
            "all": _("Always"),
        },
        default="never",
        help=_(
            "One project for an invoice, in the name of the customer, with a task for each of its services."
        ),
        order=20,
    ),
    Setting(
        key="on_cancelled",
        title=_("When the invoice of a project is cancelled"),
        kind="choice",
        choices={
            "close": _("Cancel tasks that nobody has begun, and stop a project on which nobody has begun"),
            "tell": _("Only mark the project and tell its expert"),
        },
        default="close",
        order=30,
    ),
    Setting(
        key="use_cartable",
        title=_("New tasks of projects go into the cartable"),
        kind="yes_no",
        default=True,
        help=_("Where the cartable is in use, and somebody is in charge of the task."),
        order=10,
    ),
)
