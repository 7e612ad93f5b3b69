"""All pages of administration, on one blueprint."""

from kernel.web.views.administration import (
    audit,
    backups,
    base_data,
    branding,
    doctor,
    edition,
    leaving,
    patterns,
    places,
    plugins,
    settings,
    tasks,
    units,
    user_fields,
    users,
)
from kernel.web.views.administration.blueprint import pages

__all__ = [
    "audit",
    "backups",
    "base_data",
    "branding",
    "doctor",
    "edition",
    "leaving",
    "pages",
    "patterns",
    "places",
    "plugins",
    "settings",
    "tasks",
    "units",
    "user_fields",
    "users",
]
