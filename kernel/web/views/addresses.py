"""Addresses of records and lists, without the router: a list has hundreds of them."""

from __future__ import annotations

from urllib.parse import urlencode

from kernel.resources.lists import ListQuery
from kernel.resources.resource import Resource


def list_url(resource: Resource, query: ListQuery | None = None, below: str = "") -> str:
    """Give the address of a list as it was asked for, or of a page `below` it such as `/export`."""
    return with_query(f"/{resource.path}{below}", query)


def record_url(resource: Resource, record_id: int, query: ListQuery | None = None) -> str:
    """Give the address of a record; with `query` the page steps through that list."""
    return with_query(f"/{resource.path}/{record_id}", query)


def with_query(path: str, query: ListQuery | None) -> str:
    """Add the arguments of a list to an address."""
    arguments = urlencode(query.to_args(), doseq=True) if query else ""
    return f"{path}?{arguments}" if arguments else path
