"""Who sees and changes the plugin's rows.

Insurers and the terms of lines are for everybody to look up. A policy is seen by grant, and only together with its holder;
insured persons, objects, instalments, endorsements and talks share its fate. Claims need a grant of their own besides.
"""

from __future__ import annotations

from kernel.api import child, public, rows
from plugins.insurance.models import (
    Claim,
    Endorsement,
    Instalment,
    InsuredObject,
    InsuredPerson,
    Insurer,
    Line,
    Policy,
    Talk,
)

POLICIES = (
    public(Insurer, "insurance.insurer"),
    public(Line, "insurance.line"),
    rows(Policy, "insurance.policy", own=("created_by", "expert_id"), party="holder_id"),
    child(InsuredPerson, parent=Policy, key="policy_id"),
    child(InsuredObject, parent=Policy, key="policy_id"),
    child(Instalment, parent=Policy, key="policy_id"),
    child(Endorsement, parent=Policy, key="policy_id"),
    child(Talk, parent=Policy, key="policy_id"),
    rows(Claim, "insurance.claim", own=("created_by", "expert_id"), party="policy_id"),
)
