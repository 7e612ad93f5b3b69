"""Values of user-defined fields in the keys by which records are searched.

They stand at the end of a key, behind a mark that no folded text holds, so that they can be taken off and put on anew
without knowing what the resource itself has put before them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.fa.phone import format_phone
from kernel.fa.text import squeeze
from kernel.resources.resource import Resource
from kernel.resources.user_fields.stored import InUserValues

if TYPE_CHECKING:
    from kernel.resources.context import Context

MARK = "|~"
"""Between what the resource itself has put into a key and what user-defined fields add."""
LONGEST_KEY = 1000
"""Characters of a search key: a B-tree refuses entries above 2,704 bytes."""


def searched_fields(resource: Resource) -> list[InUserValues]:
    """Give the user-defined fields whose values are searched."""
    return [item for item in resource.fields if isinstance(item, InUserValues) and item.searchable]


def complete_keys(context: Context, resource_name: str, record: Any) -> None:
    """Put the searched values of a record at the end of its search keys; its own part must stand there already."""
    resource = context.runtime.resources.get(resource_name)
    if resource is None or resource.search is None or not hasattr(record, "user_values"):
        return
    found = searched_fields(resource)
    for attribute, private in ((resource.search.key, False), (resource.search.private, True)):
        if attribute is None or not isinstance(getattr(record, attribute, None), str):
            continue
        texts = (text for item in found if item.private == private for text in _texts(item, record))
        own = getattr(record, attribute).partition(MARK)[0]
        added = "|".join(dict.fromkeys(filter(None, texts)))
        key = f"{own}{MARK}{added}"[:LONGEST_KEY] if added else own
        if getattr(record, attribute) != key:
            setattr(record, attribute, key)


def _texts(item: InUserValues, record: Any) -> list[str]:
    value = item.value_of(record)
    if value is None:
        return []
    if item.kind == "phone":
        return [str(value).lstrip("+"), format_phone(value, digits="en").replace(" ", "")]
    return [squeeze(item.text(value))]
