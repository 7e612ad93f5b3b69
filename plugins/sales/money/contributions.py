"""What money adds to the plugin: `plugins.sales.plugin` puts it beside what sales itself declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType

from flask import Blueprint
from sqlalchemy.orm import Session

from kernel.api import (
    BaseList,
    Context,
    Cursor,
    DashboardBlock,
    DocumentKind,
    Erasure,
    Facet,
    Figure,
    Job,
    MenuItem,
    NoticeKind,
    Obstacle,
    Panel,
    Permission,
    Policy,
    RecordDate,
    Resource,
    Series,
    Setting,
    StandardReport,
    TimelineEntry,
)

RESOURCES: tuple[Resource, ...] = ()
POLICIES: tuple[Policy, ...] = ()
FACETS: tuple[Facet, ...] = ()
COMMANDS: tuple[ModuleType, ...] = ()
"""Modules with commands."""
BASE_LISTS: tuple[BaseList, ...] = ()
PERMISSIONS: tuple[Permission, ...] = ()
GRANTS: Mapping[str, Mapping[tuple[str, str], str]] = {}
"""Further grants by the name of a suggested pattern: `seller`, `accountant`."""
SETTINGS: tuple[Setting, ...] = ()
SERIES: tuple[Series, ...] = ()
JOBS: tuple[Job, ...] = ()
REPORTS: tuple[StandardReport, ...] = ()
DOCUMENTS: tuple[DocumentKind, ...] = ()
ERASURES: tuple[Erasure, ...] = ()
DATES: tuple[RecordDate, ...] = ()
NOTICES: tuple[NoticeKind, ...] = ()
MENU: tuple[MenuItem, ...] = ()


def add_pages(pages: Blueprint) -> None:
    """Add the pages of money to the plugin's blueprint."""


def party_panels(ctx: Context, party_id: int) -> Iterable[Panel]:
    """Give the blocks of a party's page."""
    return ()


def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]]:
    """Give the figures of parties."""
    return {}


def timeline(ctx: Context, party_id: int, before: Cursor | None, limit: int) -> Iterable[TimelineEntry]:
    """Give the entries of a party's timeline."""
    return ()


def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock]:
    """Give the blocks of the home page."""
    return ()


def obstacles_to_delete(ctx: Context, resource: str, ids: Sequence[int]) -> Mapping[int, Sequence[Obstacle]]:
    """Give what hangs on records and forbids deleting them."""
    return {}


def invoice_issuing(session: Session, ctx: Context, invoice_id: int) -> None:
    """Judge an invoice that is about to be issued."""


def invoice_cancelling(session: Session, ctx: Context, invoice_id: int) -> None:
    """Judge an invoice or return that is about to be cancelled."""


def document_page(ctx: Context, document_id: int) -> Iterable[Panel]:
    """Give the blocks of a document's page: what was paid of it."""
    return ()
