"""Lists: paged by keyset, searched, filtered, sorted and counted on behalf of an actor, behind both walls."""

from kernel.resources.lists.cells import Row
from kernel.resources.lists.columns import Column, chosen_columns, list_columns
from kernel.resources.lists.everywhere import Hit, SearchGroup, find_scanned, search_everywhere, suggestions
from kernel.resources.lists.filters import filter_columns
from kernel.resources.lists.ordering import may_sort, sort_choices
from kernel.resources.lists.pages import (
    ListPage,
    ValueCount,
    facet_counts,
    page,
)
from kernel.resources.lists.query import Filter, ListQuery
from kernel.resources.lists.selection import CappedCount
from kernel.resources.lists.stepping import Standing, standing

__all__ = [
    "CappedCount",
    "Column",
    "Filter",
    "Hit",
    "ListPage",
    "ListQuery",
    "Row",
    "SearchGroup",
    "Standing",
    "ValueCount",
    "chosen_columns",
    "facet_counts",
    "filter_columns",
    "find_scanned",
    "list_columns",
    "may_sort",
    "page",
    "search_everywhere",
    "sort_choices",
    "standing",
    "suggestions",
]
