"""Where the plugin stands in the menu."""

from __future__ import annotations

from kernel.api import MenuItem, _

MENU = (
    MenuItem(
        label=_("Call list"),
        target="insurance.calls",
        icon="phone",
        permission=("insurance.policy", "view"),
        order=500,
        help=_(
            "Whom to call today about a renewal: policies that reached one of the lead times of their line. The most"
            " valuable that are most likely to be lost stand first. Note the call there, or renew at once."
        ),
    ),
    MenuItem(
        label=_("Renewal board"),
        target="/insurance/renewals?look=board",
        icon="layout-kanban",
        permission=("insurance.policy", "view"),
        order=505,
    ),
    MenuItem(
        label=_("Policies"),
        target="/insurance/policies",
        icon="shield-check",
        permission=("insurance.policy", "view"),
        order=510,
    ),
    MenuItem(
        label=_("Insurance claims"),
        target="/insurance/claims",
        icon="alert-triangle",
        permission=("insurance.claim", "view"),
        order=520,
    ),
    MenuItem(
        label=_("Instalments of premiums"),
        target="/insurance/instalments",
        icon="coins",
        permission=("insurance.policy", "view"),
        order=530,
    ),
    MenuItem(
        label=_("Family offers"),
        target="insurance.family",
        icon="users-group",
        permission=("insurance.policy", "view"),
        order=540,
        help=_(
            "The insured whose spouse or children have no policy of a line, from relations and marital data: whom to"
            " offer what."
        ),
    ),
    MenuItem(
        label=_("Insurers"),
        target="/insurance/insurers",
        icon="building",
        permission=("insurance.insurer", "view"),
        order=580,
    ),
    MenuItem(
        label=_("Lines and their terms"),
        target="/insurance/lines",
        icon="adjustments-horizontal",
        permission=("insurance.line", "edit"),
        order=590,
    ),
)
