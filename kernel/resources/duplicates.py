"""What a resource answers when it is asked whether sets of values are there already (`Resource.duplicates`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from kernel.i18n import LazyText


@dataclass(frozen=True)
class Duplicate:
    """A record that seems to be the same as what is entered.

    `record_id` is None and `label` empty where the actor may not see the record: he learns only that there is one.
    `reason` says what agrees ("same mobile"). `certain` hits are the same beyond doubt: an import leaves such a row out,
    while a probable one is the importer's choice.
    """

    record_id: int | None
    label: str
    reason: LazyText
    certain: bool = False
    row: int | None = field(default=None, kw_only=True)
    """Where it is no record yet, but an earlier one of the values that were asked for: its place among them."""
