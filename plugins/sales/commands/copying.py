"""What of a document and of its lines goes into another that is made of it: always what was entered, never computed anew."""

from __future__ import annotations

from typing import Any

WORDS = (
    "direction",
    "party_id",
    "subject",
    "marketer_id",
    "ends_on",
    "terms",
    "note",
    "delivery",
    "outer_number",
    "outer_link",
    "taxed",
    "search_key",
)
"""Values of the head that are no amounts."""
HEAD = (
    *WORDS,
    "discount_kind",
    "discount_value",
    "gross",
    "line_discount",
    "discount",
    "net",
    "tax",
    "payable",
)
DESCRIBED = (
    "position",
    "item_id",
    "variant_id",
    "kind",
    "title",
    "description",
    "serials",
    "unit",
    "unit_price",
    "by_hand",
    "origin",
    "tax_percent",
    "beside_id",
    "beside_kind",
)
"""Values of a line that are the same however much of it there is."""
LINE = (
    *DESCRIBED,
    "quantity",
    "discount_kind",
    "discount_value",
    "gross",
    "discount",
    "shared",
    "net",
    "tax",
)


def copied(source: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Give values of a document or line by their names, for another one."""
    return {name: getattr(source, name) for name in names}
