"""What a set of policies refuses before a site starts."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, ForeignKey, Integer, Table, Text, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from kernel.access.actor import Actor
from kernel.access.errors import UnprotectedModel
from kernel.access.models import UserAccount
from kernel.access.policies import PolicySet, child, public, rows, system
from kernel.access.predicates import Reach
from kernel.access.protected import ACCESS_POLICIES
from kernel.access.rules import Every, Granted, every
from kernel.access.scopes import OWN, Scope, find_scope, register_scope, scope_names
from kernel.data.base import Identified, KernelBase, schema_base
from kernel.i18n import _

Base = schema_base("policytest")

bridge = Table(
    "bridge",
    Base.metadata,
    Column("left_id", ForeignKey("policytest.left_side.id")),
    Column("right_id", ForeignKey("policytest.right_side.id")),
    schema="policytest",
)


class Left(Identified, Base):
    __tablename__ = "left_side"
    owner_id: Mapped[int]


class Right(Identified, Base):
    __tablename__ = "right_side"
    left_id: Mapped[int] = mapped_column(ForeignKey("policytest.left_side.id"))
    other_id: Mapped[int]
    lefts: Mapped[list[Left]] = relationship(secondary=bridge)


class Peeking(Identified, Base):
    __tablename__ = "peeking"
    name: Mapped[str] = mapped_column(Text)
    peek: Mapped[int] = column_property(select(func.count(Left.__table__.c.id)).scalar_subquery())


class Loop(Identified, Base):
    __tablename__ = "loop"
    owner_id: Mapped[int]
    loop_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("policytest.loop.id"))


def refusal(policies: PolicySet, *models: type) -> str:
    with pytest.raises(UnprotectedModel) as caught:
        policies.check_complete(models)
    return str(caught.value)


def test_a_model_without_a_policy() -> None:
    assert "Left has no policy" in refusal(PolicySet([]), Left)


def test_two_policies_for_one_table() -> None:
    with pytest.raises(UnprotectedModel, match="two policies"):
        PolicySet([system(Left), public(Left, "left")])


def test_a_relationship_through_a_bare_table() -> None:
    policies = PolicySet([rows(Left, "left"), child(Right, Left, key="left_id")])
    assert "table without a model" in refusal(policies, Left, Right)


def test_a_computed_column_past_the_model() -> None:
    policies = PolicySet([rows(Left, "left"), public(Peeking, "peeking")])
    assert "cannot be protected" in refusal(policies, Left, Peeking)


def test_a_parent_without_a_policy() -> None:
    assert "has no policy" in refusal(PolicySet([child(Loop, Left, key="loop_id")]), Loop)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (rows(Loop, "loop", own=("missing_id",)), "no column missing_id"),
        (rows(Loop, "loop", scopes={"galaxy": ("loop_id",)}), "unknown scopes: galaxy"),
        (rows(Loop, "loop", party="owner_id"), "refers to no table"),
        (rows(Loop, "loop", party="loop_id"), "circle"),
    ],
)
def test_a_policy_that_cannot_be_enforced(policy: object, words: str) -> None:
    assert words in refusal(PolicySet([policy]), Loop)  # type: ignore[list-item]


def test_the_policies_of_access_are_complete() -> None:
    models = [mapper.class_ for mapper in KernelBase.registry.mappers]
    mine = [model for model in models if model.__module__ == UserAccount.__module__]
    PolicySet(ACCESS_POLICIES).check_complete(mine)


def test_rules_are_put_together() -> None:
    one, two = Granted("a", "view", {}), Granted("b", "view", {})
    assert every(one) is one
    assert every(one, None, every(one, two)) == Every((one, two))


def test_scopes_are_registered_once() -> None:
    register_scope(OWN)
    assert scope_names()[0] == "all"
    assert find_scope("galaxy") is None
    with pytest.raises(ValueError, match="own"):
        register_scope(Scope("own", _("Own records"), "kernel.other", lambda *_given: ()))


def test_a_further_scope_needs_no_change_of_the_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel.access import scopes

    team = Scope(
        "team", _("Own records"), "kernel.my_units", lambda *_given: (4, 5), many=True, per_right=True
    )
    monkeypatch.setitem(scopes._SCOPES, "team", team)
    policy = rows(Loop, "loop", scopes={"team": ("loop_id",)})
    policies = PolicySet([policy])
    grants = {("loop", "view"): frozenset({"own", "team"})}
    reach = Reach(Actor("user", 7, grants=grants), policies)
    condition = reach.condition(policies.view_rule(policy), policy.column)
    assert condition is not None
    assert "loop.owner_id = :my_own_1 OR policytest.loop.loop_id = ANY" in str(condition)
    assert sorted(str(each.value) for each in reach.view_values()) == ["7", "7", "[4, 5]"]


def test_equal_scopes_have_one_shape_and_others_another() -> None:
    policies = PolicySet([rows(Loop, "loop")])

    def shape(user: int, *scopes: str) -> object:
        grants = {("loop", "view"): frozenset(scopes)}
        return policies.shape(Reach(Actor("user", user, grants=grants), policies).shape())

    assert shape(1, "own") is shape(2, "own")
    assert shape(1, "own") is not shape(1, "all")
    assert shape(1, "own") is not shape(1)
