"""All pages of administration, on one blueprint."""

from kernel.web.views.administration import (
    backups,
    base_data,
    branding,
    doctor,
    edition,
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
    "backups",
    "base_data",
    "branding",
    "doctor",
    "edition",
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
