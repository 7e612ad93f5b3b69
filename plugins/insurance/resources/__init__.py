"""Record kinds of the plugin: insurers, terms of lines, policies with their renewals, claims, instalments, endorsements."""

from plugins.insurance.resources.base import INSURER, LINE
from plugins.insurance.resources.course import CLAIM, ENDORSEMENT, INSTALMENT
from plugins.insurance.resources.lists import BASE_LISTS
from plugins.insurance.resources.policy import POLICY
from plugins.insurance.resources.renewal import RENEWAL

RESOURCES = (POLICY, RENEWAL, CLAIM, INSTALMENT, ENDORSEMENT, INSURER, LINE)

__all__ = [
    "BASE_LISTS",
    "CLAIM",
    "ENDORSEMENT",
    "INSTALMENT",
    "INSURER",
    "LINE",
    "POLICY",
    "RENEWAL",
    "RESOURCES",
]
