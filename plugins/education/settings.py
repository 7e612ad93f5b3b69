"""What a site may set of its academy."""

from __future__ import annotations

from kernel.api import Setting, _

SETTINGS = (
    Setting(
        key="two_at_once",
        title=_("A student in two courses at the same time"),
        kind="choice",
        choices={
            "allow": _("is nothing to speak of"),
            "warn": _("is told where it happens"),
            "refuse": _("is refused"),
        },
        default="warn",
        help=_("On enrolling, on planning and moving sessions, and when a seat goes to whoever waits."),
        order=5,
    ),
    Setting(
        key="share_of",
        title=_("Teachers have their per cent of"),
        kind="choice",
        choices={
            "received": _("What students have paid of the fees"),
            "charged": _("What was charged of fees"),
        },
        default="received",
        order=10,
    ),
    Setting(
        key="address",
        title=_("Address under which certificates are checked"),
        kind="text",
        default="",
        help=_(
            "Beginning with https://, as people reach this site from outside. It stands in the QR code of certificates;"
            " where it is empty, the name by which this site is known to the program."
        ),
        order=20,
    ),
    Setting(
        key="signer",
        title=_("Who signs certificates"),
        kind="text",
        default="",
        help=_("Name and post, as they stand beneath the certificate."),
        order=30,
    ),
    Setting(
        key="latin_name",
        title=_("Name of the academy in Latin letters"),
        kind="text",
        default="",
        help=_("For certificates in English; the name of the site where it is empty."),
        order=40,
    ),
)
