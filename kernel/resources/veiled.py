"""Records as a page of a plugin's own may show them: what a pattern keeps of their fields reads as empty.

What the kernel draws asks the rules field by field; a template that reads attributes of a record does not. Choices stay as
they are, since pages look up words and colours by them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.resources.field_rules import seen_whole
from kernel.resources.fields import Choice

if TYPE_CHECKING:
    from kernel.resources.context import Context
    from kernel.resources.resource import Resource


class _Veiled:
    def __init__(self, record: Any, kept: frozenset[str]) -> None:
        self._record, self._kept = record, kept

    def __getattr__(self, name: str) -> Any:
        return None if name in self._kept else getattr(self._record, name)


def veiled(context: Context, resource: Resource, record: Any) -> Any:
    """Give a record, or one with its place taken whose attributes are None where their fields are kept from the actor."""
    kept = frozenset(
        item.attribute
        for item in resource.fields
        if not isinstance(item, Choice) and not seen_whole(context, resource.permission, item)
    )
    return _Veiled(record, kept) if kept else record
