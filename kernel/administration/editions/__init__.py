"""Editions: named sets of plugins, settings, access patterns, limits and features, written as TOML files.

Those of the product stand in the folder `editions`; an installation adds its own in `<home>/editions`.
"""

from __future__ import annotations

from kernel.administration.editions.applying import apply_edition, remember_name
from kernel.administration.editions.checking import check_plugins, examine
from kernel.administration.editions.files import SHIPPED, edition_names, load_edition, read_edition
from kernel.administration.editions.models import Edition, EditionError, EditionPattern
from kernel.administration.editions.planning import EditionPlan, plan_edition

__all__ = (
    "SHIPPED",
    "Edition",
    "EditionError",
    "EditionPattern",
    "EditionPlan",
    "apply_edition",
    "check_plugins",
    "edition_names",
    "examine",
    "load_edition",
    "plan_edition",
    "read_edition",
    "remember_name",
)
