"""What a command reads and does not understand is told at its field, in the user's words."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.resources import fields
from kernel.resources.commands import command, command_of
from kernel.resources.errors import Invalid

WHEN = fields.Day("when", "روز", required=True)


@command("tests.note", "note", checks_itself=True)
def note(context: Any, *, when: str) -> Any:
    return WHEN.read(when, context)


@pytest.mark.parametrize(("entered", "said"), [("", "روز"), ("1404/13/40", ""), (None, "روز")])
def test_what_does_not_fit_a_field_is_told_there(entered: str | None, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        command_of(note).call(None, {"when": entered})  # type: ignore[arg-type, union-attr]
    (problem,) = refused.value.problems
    assert problem.field == "when"
    assert said in str(problem.message)


@pytest.mark.parametrize(
    "declared",
    [(), (WHEN, fields.Text("other", "دیگر")), (fields.Day("when", "روز"),)],
    ids=["an argument without a field", "a field without an argument", "a field that may be left out"],
)
def test_fields_that_do_not_describe_the_arguments_are_refused(declared: tuple[fields.Field, ...]) -> None:
    def noted(context: Any, *, when: str) -> None:
        """Note a day."""

    with pytest.raises(TypeError, match=r"the fields of the command tests\.noted"):
        command("tests.noted", "note", checks_itself=True, fields=declared)(noted)
