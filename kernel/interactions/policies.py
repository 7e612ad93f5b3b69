"""Who sees interactions and calls: whoever sees one of the parties, and whom a grant on interactions or calls reaches.

A row that says who took part follows its own party and the interaction's columns, which it mirrors: were it to follow the
interaction itself, which follows it, the database would turn in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kernel.access.policies import Child, Policy, PolicySet, Rows, child
from kernel.access.policy import Model
from kernel.access.rules import Columns, Either, Granted, HasRow, Rule, Visible, every
from kernel.access.scopes import PLACES
from kernel.i18n import _
from kernel.interactions.models import (
    Call,
    CallParty,
    Interaction,
    InteractionLink,
    InteractionParty,
)
from kernel.parties.models import Party
from kernel.resources.naming import call_table


@dataclass(frozen=True, eq=False)
class WithParties(Rows):
    """Records with a party in one column and further ones in rows of `others`: seen by who sees one of them."""

    others: Model | None = None
    key: str = ""

    def leads_to(self, policies: PolicySet) -> list[Policy]:
        """The policies of the party and of the rows of the further ones."""
        return [*super().leads_to(policies), self._rows(policies)]

    def _party(self, policies: PolicySet) -> Rule:
        own = super()._party(policies)
        assert own is not None
        return Either((own, HasRow(self.key, self._rows(policies))))

    def _rows(self, policies: PolicySet) -> Policy:
        found = policies.for_model(self.others) if self.others is not None else None
        assert found is not None
        return found


@dataclass(frozen=True, eq=False)
class TakingPart(Child):
    """Rows of further parties: seen with the party, and where a grant on the record reaches its mirrored columns."""

    scopes: Columns = field(default_factory=dict)

    def view(self, policies: PolicySet) -> Rule:
        """Visible with the party, by a grant on the record."""
        return every(self._grant("view"), *(Visible(key, party) for key, party in self._led(policies)))

    def change(self, action: str, policies: PolicySet) -> Rule:
        """Made with a new record or by who may edit it; changed and removed by who may edit it."""
        right = self._grant("edit")
        return every(
            self.view(policies), Either((right, self._grant("create"))) if action == "create" else right
        )

    def granted(self, resource: str, action: str, policies: PolicySet) -> Rule:
        """Scopes are measured by the mirrored columns."""
        return Granted(resource, action, self.scopes)

    def editable(self, policies: PolicySet) -> Rule:
        """Edited by who may edit the record."""
        return self._grant("edit")

    def leads_to(self, policies: PolicySet) -> list[Policy]:
        """The party's policy, never the record's."""
        return [party for _key, party in self._led(policies)]

    def _grant(self, action: str) -> Rule:
        assert self.resource is not None
        return Granted(self.resource, action, self.scopes)

    def _led(self, policies: PolicySet) -> list[tuple[str, Policy]]:
        return [(key, policies.for_table(Party.__table__)) for key in self.also]


def _frozen(columns: Mapping[str, tuple[str, ...]]) -> Columns:
    return MappingProxyType(dict(columns))


_DOERS = ("owner_id", "done_by_id")
_OF_INTERACTIONS = _frozen({"own": _DOERS, "team": _DOERS, **{kind: (f"{kind}_id",) for kind in PLACES}})
_OF_CALLS = _frozen({"own": ("user_id",), "team": ("user_id",)})

POLICIES = (
    WithParties(
        Interaction,
        "interaction",
        scopes=_OF_INTERACTIONS,
        party="party_id",
        others=InteractionParty,
        key="interaction_id",
    ),
    TakingPart(
        InteractionParty,
        "interaction",
        parent=Interaction,
        key="interaction_id",
        also=("party_id",),
        scopes=_OF_INTERACTIONS,
    ),
    child(InteractionLink, parent=Interaction, key="interaction_id"),
    WithParties(Call, "call", scopes=_OF_CALLS, party="party_id", others=CallParty, key="call_id"),
    TakingPart(CallParty, "call", parent=Call, key="call_id", also=("party_id",), scopes=_OF_CALLS),
)

for _table, _title in {
    "kernel.interaction_party": _("Parties in interactions"),
    "kernel.interaction_link": _("Records that interactions are about"),
    "kernel.call_party": _("Parties of calls"),
}.items():
    call_table(_table, _title)
