"""Base lists of the plugin, and the fixed choices of its fields."""

from __future__ import annotations

from kernel.api import BaseList, _

KINDS = "projects.kind"
GROUPS = "projects.group"
ROLES = "projects.role"
CONTACT_KINDS = "projects.contact_kind"
DELAY_CAUSES = "projects.delay_cause"
ACQUAINTANCE = "acquaintance"
"""The kernel's list of how one comes to know of somebody."""

STAGES = {
    "not_begun": _("Not begun"),
    "under_way": _("Under way"),
    "finished": _("Finished"),
    "cancelled": _("Stopped for good"),
}
STAGE_COLOURS = {"not_begun": "grey", "under_way": "blue", "finished": "green", "cancelled": "red"}

TASK_STATES = {"open": _("Still open"), "done": _("Done"), "cancelled": _("Cancelled")}
TASK_COLOURS = {"open": "blue", "done": "green", "cancelled": "grey"}

PHASE_KINDS = {"phase": _("Phase"), "milestone": _("Milestone")}
PHASE_COLOURS = {"phase": "blue", "milestone": "violet"}

RISK_STATES = {
    "open": _("Still open"),
    "watched": _("Watched"),
    "occurred": _("Has occurred"),
    "closed": _("Closed"),
}
RISK_COLOURS = {"open": "amber", "watched": "blue", "occurred": "red", "closed": "grey"}

BASE_LISTS = (
    BaseList(
        KINDS,
        _("Kinds of projects"),
        {
            "construction": _("Construction"),
            "software": _("Software"),
            "consulting": _("Consulting"),
            "maintenance": _("Maintenance"),
            "event": _("Event"),
        },
    ),
    BaseList(
        GROUPS,
        _("Groups of projects"),
        {"public": _("Public sector"), "private": _("Private sector"), "own": _("Our own")},
    ),
    BaseList(
        ROLES,
        _("Roles in projects"),
        {
            "manager": _("Project manager"),
            "supervisor": _("Supervisor"),
            "expert": _("Expert"),
            "contractor": _("Contractor"),
            "observer": _("Observer"),
        },
    ),
    BaseList(
        CONTACT_KINDS,
        _("Ways to reach a project"),
        {
            "phone": _("Telephone"),
            "fax": _("Fax"),
            "mobile": _("Mobile"),
            "email": _("E-mail"),
            "website": _("Website"),
        },
    ),
    BaseList(
        DELAY_CAUSES,
        _("Causes of delays"),
        {
            "staff": _("Fault of our staff"),
            "employer": _("The employer"),
            "supplier": _("Supplier or contractor"),
            "scope": _("Change of the work"),
            "force": _("Force majeure"),
        },
    ),
)
