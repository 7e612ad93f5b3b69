"""Base lists of the plugin."""

from __future__ import annotations

from kernel.api import BaseList, _

CAUSES = "insurance.claim_cause"

BASE_LISTS = (
    BaseList(
        CAUSES,
        _("Causes of claims"),
        {
            "accident": _("Road accident"),
            "theft": _("Theft"),
            "fire": _("Fire"),
            "water": _("Water or flood"),
            "earthquake": _("Earthquake"),
            "illness": _("Illness or treatment"),
            "death": _("Death"),
            "injury": _("Bodily injury"),
            "breakage": _("Breakage"),
        },
    ),
)
