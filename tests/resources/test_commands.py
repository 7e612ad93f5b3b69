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
