"""The filter of lists by segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_

from kernel.fa.text import search_key, squeeze
from kernel.i18n import _
from kernel.parties.segments.reading import (
    FIELD,
    LISTS,
    find_segment,
    segment_ids,
    visible_segments,
)
from kernel.resources.context import Context
from kernel.resources.errors import CommandError
from kernel.resources.fields import FieldError, Lookup
from kernel.resources.lists.keeping import Resting


class InSegment(Lookup):
    """Parties that a segment finds for the reader, or one of several; segments may use others in this way."""

    kind = "segment"
    operators = ("is", "is_not", "any")

    def __init__(self, resource: str) -> None:
        super().__init__(FIELD, _("Segment"), attribute="id", read_only=True, in_list=False, importable=False)
        self.lists = LISTS if resource == "party" else (resource, "party")

    def labels(self, ids: Sequence[int], context: Context) -> dict[int, str]:
        """Names of those that the reader sees."""
        return {saved.id: saved.name for saved in visible_segments(context) if saved.id in ids}

    def find(self, text: str, context: Context) -> list[int]:
        """By name, spelling folded."""
        wanted = squeeze(text)
        found = visible_segments(context, self.lists)
        return [saved.id for saved in found if squeeze(saved.name) == wanted][:2]

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[tuple[int, str]]:
        """Segments of this list and of the phone book whose name holds what was typed."""
        wanted = squeeze(text)
        found = visible_segments(context, self.lists)
        return [(saved.id, saved.name) for saved in found if wanted in squeeze(saved.name)][:limit]

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """What the segments find now; a broken one refuses the filter and says why."""
        if operator not in self.operators:
            raise FieldError(_("%(field)s cannot be filtered in this way.", field=self.title))
        chosen = [self.parse(item, context) for item in (raw if isinstance(raw, list | tuple) else [raw])]
        found = or_(*(model.id.in_(self._ids(context, number)) for number in chosen))
        return ~found if operator == "is_not" else found

    def _ids(self, context: Context, number: int) -> Any:
        try:
            return segment_ids(context, number)
        except Resting:
            raise
        except CommandError as error:
            name = find_segment(context, number).name
            raise FieldError(
                _("The segment “%(name)s” is broken: %(reason)s", name=name, reason=error.message)
            ) from error


class SegmentChoice(Lookup):
    """A segment that the actor sees, as a value of a record: whom a rule or a campaign is for."""

    def labels(self, ids: Sequence[int], context: Context) -> dict[int, str]:
        """Their names."""
        wanted = set(ids)
        return {each.id: each.name for each in visible_segments(context) if each.id in wanted}

    def find(self, text: str, context: Context) -> list[int]:
        """By folded name."""
        wanted = search_key(text)
        return [each.id for each in visible_segments(context) if search_key(each.name) == wanted][:2]

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[tuple[int, str]]:
        """Those whose name holds what was typed."""
        wanted = search_key(text)
        found = [
            (each.id, each.name) for each in visible_segments(context) if wanted in search_key(each.name)
        ]
        return found[:limit]
