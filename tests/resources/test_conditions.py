"""Fields that apply only while another holds certain values: what is read, refused, missed and emptied."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.i18n import LazyText
from kernel.resources import fields
from kernel.resources.context import Context
from kernel.resources.records.values import Read, read_values
from kernel.resources.resource import conditions_known

NOBODY = cast(Context, SimpleNamespace(text=str))
WAY = fields.Choice(
    "way", LazyText("Way"), options={"post": LazyText("By post"), "phone": LazyText("By phone")}
)
STREET = fields.Text("street", LazyText("Street"), required=True, when=fields.When("way", ("post",)))
REMARK = fields.Text("remark", LazyText("Remark"), when=fields.When("way", (None, "phone")))
ALL = (STREET, WAY, REMARK)
"""What decides stands after what it decides on: the order of a form is free."""


def read(raw: dict[str, Any], held: dict[str, Any] | None = None) -> Read:
    known = None if held is None else held.get
    return read_values(ALL, raw, NOBODY, all_required=held is None, held=known)


def test_it_is_required_only_where_it_applies() -> None:
    assert [problem.field for problem in read({"way": "post"}).problems] == ["street"]
    assert [problem.field for problem in read({"way": "post", "street": " "}).problems] == ["street"]
    assert read({"way": "phone", "street": ""}).problems == []
    assert read({"way": "post", "street": "Enghelab"}).values["street"] == "Enghelab"


def test_what_does_not_apply_is_refused_in_words_and_never_stored() -> None:
    found = read({"way": "phone", "street": "Enghelab"})
    assert "street" not in found.values
    assert [problem.field for problem in found.problems] == ["street"]
    assert "Way" in str(found.problems[0].message)


def test_it_is_emptied_when_the_other_changes() -> None:
    found = read({"way": "phone"}, {"way": "post", "street": "Enghelab"})
    assert found.problems == []
    assert found.values == {"way": "phone", "street": None}


def test_one_that_begins_to_apply_is_missed_where_it_is_empty() -> None:
    assert [each.field for each in read({"way": "post"}, {"way": "phone", "street": None}).problems] == [
        "street"
    ]
    assert read({"way": "post"}, {"way": "phone", "street": "Enghelab"}).problems == []
    assert read({"remark": "x"}, {"way": "phone", "street": None}).problems == []


def test_an_empty_field_decides_too() -> None:
    assert read({"way": "", "remark": "x"}).values["remark"] == "x"
    assert [problem.field for problem in read({"way": "post", "street": "a", "remark": "x"}).problems] == [
        "remark"
    ]


def test_a_fault_of_the_deciding_field_is_told_once() -> None:
    assert [problem.field for problem in read({"way": "nonsense", "remark": "x"}).problems] == ["way"]


@given(
    st.fixed_dictionaries(
        {}, optional={"way": st.sampled_from(["", "post", "phone"]), "street": st.sampled_from(["", "a"])}
    ),
    st.sampled_from([None, "post", "phone"]),
    st.sampled_from([None, "b"]),
)
def test_no_record_ends_with_a_value_that_does_not_apply(
    raw: dict[str, str], way: str | None, street: str | None
) -> None:
    before = {"way": way, "street": street if way == "post" else None}
    found = read(raw, before)
    if found.problems:
        return
    after = {**before, **found.values}
    assert (after["way"] == "post") or not after["street"]
    assert after["way"] != "post" or after["street"] or ("way" not in raw and "street" not in raw)


@pytest.mark.parametrize("other", ["nothing", "street"])
def test_what_cannot_decide_is_found_when_it_is_declared(other: str) -> None:
    wrong = fields.Text("x", LazyText("X"), when=fields.When(other, ("a",)))
    with pytest.raises(ValueError, match="cannot decide"):
        conditions_known("test", (*ALL, wrong))
