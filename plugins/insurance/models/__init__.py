"""Tables of the plugin, in the schema `insurance`."""

from plugins.insurance.models.base import InsuranceBase, Insurer, Line
from plugins.insurance.models.course import Claim, Endorsement, Instalment, Talk
from plugins.insurance.models.policy import InsuredObject, InsuredPerson, Policy

__all__ = [
    "Claim",
    "Endorsement",
    "Instalment",
    "InsuranceBase",
    "InsuredObject",
    "InsuredPerson",
    "Insurer",
    "Line",
    "Policy",
    "Talk",
]
