"""What plugins import, and all that they may import of the kernel. What stands here is promised.

Names leave only after two minor releases of warnings; arguments are only ever added.
"""

from __future__ import annotations

from typing import Any

from kernel.access.policies import Policy, child, personal, public, rows, shared, sharers, system
from kernel.access.scopes import RowScope
from kernel.access.tries import house_of
from kernel.administration.demo import Demo
from kernel.data.base import (
    Binnable,
    Extensible,
    Identified,
    Stamped,
    Versioned,
    schema_base,
    user_values_index,
)
from kernel.data.series import next_number
from kernel.data.types import Instant as InstantType
from kernel.data.types import Rial as RialType
from kernel.data.user_values import add_user_values, drop_user_values
from kernel.documents.designs.declaring import day_value, money_value, number_value, text_value, word_values
from kernel.documents.designs.kinds import DocumentKind
from kernel.documents.designs.making import print_records
from kernel.documents.designs.page import PageSettings as DocumentPage
from kernel.documents.designs.values import DocumentGroup, DocumentRows, DocumentValue
from kernel.documents.identities import Identity, identities, own_identity
from kernel.extension.contributions import (
    LAST_DAY,
    Action,
    Badge,
    Change,
    Channel,
    Check,
    Cursor,
    DashboardBlock,
    DatedRecord,
    Erasure,
    Event,
    Figure,
    FirstStep,
    Job,
    MenuItem,
    MessageTemplate,
    NoticeKind,
    Obstacle,
    Panel,
    PartyRole,
    PatternSuggestion,
    Permission,
    Price,
    RecordDate,
    RelationKind,
    SearchSource,
    Series,
    Setting,
    TimelineEntry,
)
from kernel.extension.deprecations import Deprecated, deprecated_name
from kernel.extension.manifest import Plugin
from kernel.extension.markers import first, gather, hookimpl, once, publish, require
from kernel.fa import calendar, clock
from kernel.fa.digits import stored_number, to_ascii_digits, to_persian_digits
from kernel.fa.locales import is_persian, language_of
from kernel.fa.sorting import sort_key
from kernel.fa.text import clean, search_key, squeeze
from kernel.i18n import LazyText, _, localise_digits, ngettext_lazy, pgettext_lazy
from kernel.interactions.calls import log_call
from kernel.jobs.named_days import NamedDay, named_days
from kernel.messages.addresses import opted_out_of_offers
from kernel.messages.exchange import Declined, Reply, by_form, divided, exchange, matched, national
from kernel.messages.gateways import (
    Answer,
    Approved,
    ApprovedRules,
    Attachment,
    Callback,
    Gateway,
    GatewayField,
    GatewayProblem,
    Handed,
    Line,
    NotHandedOver,
    Outgoing,
    ReadOnce,
    Receipt,
    Received,
    Uncertain,
)
from kernel.messages.inbound.answering import answer_received
from kernel.messages.inbound.making import enter_sender
from kernel.messages.inbound.menus import UssdAnswer, UssdEntry, UssdStep
from kernel.messages.inbound.models import Inbound, InboundParty
from kernel.messages.leaving import web_address
from kernel.messages.many import Occasion, queue_messages
from kernel.messages.outbox import Queued, queue_message
from kernel.messages.reminders.days import DaysOff, due_day
from kernel.messages.reminders.leading import days_off, rest_reminders
from kernel.parties.addresses import address_for
from kernel.parties.addressing import addressed_as
from kernel.parties.consents import covered as consented
from kernel.parties.employments import contact_persons
from kernel.parties.groups import in_group
from kernel.parties.models import Party, PersonFamily
from kernel.parties.own import own_name
from kernel.parties.posts import Post, posts_at, posts_of, staff_at, staff_of
from kernel.parties.relation_kinds import kind_by_code as relation_kind_ids
from kernel.parties.relations import Bond, introducer_of, relate, relations_of
from kernel.parties.roles import end_role, give_role, give_roles
from kernel.parties.segments.fields import SegmentChoice
from kernel.parties.segments.reading import segment_ids
from kernel.resources import fields
from kernel.resources.closed_arguments import kept_from
from kernel.resources.commands import Command, command, commands_in
from kernel.resources.context import Context
from kernel.resources.duplicates import Duplicate
from kernel.resources.errors import (
    CommandError,
    EditConflict,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    Refused,
)
from kernel.resources.exporting import Book as Workbook
from kernel.resources.field_rules import seen_whole
from kernel.resources.importing.tables import Table, read_table
from kernel.resources.notices.telling import notify
from kernel.resources.notices.whom import users_who_may
from kernel.resources.numbering import take_number, take_numbered
from kernel.resources.parts import BaseList
from kernel.resources.pricing import ask_price
from kernel.resources.queue import Progress, Stopped, background, enqueue
from kernel.resources.records import changeable, editable, load, visible
from kernel.resources.records.labels import labels as record_labels
from kernel.resources.reports.charts import line_chart
from kernel.resources.reports.standard import StandardReport
from kernel.resources.resource import Charge, Facet, Part, Resource, Search, Section, Sort
from kernel.resources.runtime import Runtime
from kernel.resources.tabs import Tab
from kernel.resources.units import head_of, is_active, unit_head, unit_names
from kernel.resources.veiled import veiled
from kernel.resources.views.declaration import Board, ByCommand, Calendar, Timeline, Tree
from kernel.web.current import Outcome, current, needs, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.forms.command_page import command_page
from kernel.web.open_pages import guest, open_page, run_for_guest, wrong_try
from kernel.web.pages import fragment, render
from kernel.web.undo import Undo
from kernel.web.uploads import stream_of, uploaded

__all__ = [
    "LAST_DAY",
    "Action",
    "Answer",
    "Approved",
    "ApprovedRules",
    "Attachment",
    "Badge",
    "BaseList",
    "Binnable",
    "Board",
    "Bond",
    "ByCommand",
    "Calendar",
    "Callback",
    "Change",
    "Channel",
    "Charge",
    "Check",
    "Command",
    "CommandError",
    "CommandForm",
    "Context",
    "Cursor",
    "DashboardBlock",
    "DatedRecord",
    "DaysOff",
    "Declined",
    "Demo",
    "Deprecated",
    "DocumentGroup",
    "DocumentKind",
    "DocumentPage",
    "DocumentRows",
    "DocumentValue",
    "Duplicate",
    "EditConflict",
    "Erasure",
    "Event",
    "Extensible",
    "Facet",
    "Figure",
    "FirstStep",
    "Forbidden",
    "Gateway",
    "GatewayField",
    "GatewayProblem",
    "Handed",
    "Identified",
    "Identity",
    "Inbound",
    "InboundParty",
    "InstantType",
    "Invalid",
    "Job",
    "LazyText",
    "Line",
    "MenuItem",
    "MessageTemplate",
    "NamedDay",
    "NotFound",
    "NotHandedOver",
    "NoticeKind",
    "Obstacle",
    "Occasion",
    "Outcome",
    "Outgoing",
    "Panel",
    "Part",
    "Party",
    "PartyRole",
    "PatternSuggestion",
    "Permission",
    "PersonFamily",
    "Plugin",
    "Policy",
    "Post",
    "Price",
    "Problem",
    "Progress",
    "Queued",
    "ReadOnce",
    "Receipt",
    "Received",
    "RecordDate",
    "Refused",
    "RelationKind",
    "Reply",
    "Resource",
    "RialType",
    "RowScope",
    "Runtime",
    "Search",
    "SearchSource",
    "Section",
    "SegmentChoice",
    "Series",
    "Setting",
    "Sort",
    "Stamped",
    "StandardReport",
    "Stopped",
    "Tab",
    "Table",
    "Timeline",
    "TimelineEntry",
    "Tree",
    "Uncertain",
    "Undo",
    "UssdAnswer",
    "UssdEntry",
    "UssdStep",
    "Versioned",
    "Workbook",
    "_",
    "add_user_values",
    "address_for",
    "addressed_as",
    "answer_received",
    "ask_price",
    "background",
    "by_form",
    "calendar",
    "changeable",
    "child",
    "clean",
    "clock",
    "command",
    "command_page",
    "commands_in",
    "consented",
    "contact_persons",
    "current",
    "day_value",
    "days_off",
    "divided",
    "drop_user_values",
    "due_day",
    "editable",
    "end_role",
    "enqueue",
    "enter_sender",
    "exchange",
    "fields",
    "first",
    "fragment",
    "gather",
    "give_role",
    "give_roles",
    "guest",
    "head_of",
    "hookimpl",
    "house_of",
    "identities",
    "in_group",
    "introducer_of",
    "is_active",
    "is_persian",
    "kept_from",
    "language_of",
    "line_chart",
    "load",
    "localise_digits",
    "log_call",
    "matched",
    "money_value",
    "named_days",
    "national",
    "needs",
    "next_number",
    "ngettext_lazy",
    "notify",
    "number_value",
    "once",
    "open_page",
    "opted_out_of_offers",
    "own_identity",
    "own_name",
    "personal",
    "pgettext_lazy",
    "posts_at",
    "posts_of",
    "print_records",
    "public",
    "publish",
    "queue_message",
    "queue_messages",
    "read_table",
    "record_labels",
    "relate",
    "relation_kind_ids",
    "relations_of",
    "render",
    "require",
    "rest_reminders",
    "rows",
    "run_command",
    "run_for_guest",
    "schema_base",
    "search_key",
    "seen_whole",
    "segment_ids",
    "shared",
    "sharers",
    "sort_key",
    "squeeze",
    "staff_at",
    "staff_of",
    "stored_number",
    "stream_of",
    "system",
    "take_number",
    "take_numbered",
    "tell",
    "text_value",
    "to_ascii_digits",
    "to_persian_digits",
    "unit_head",
    "unit_names",
    "uploaded",
    "user_values_index",
    "users_who_may",
    "veiled",
    "visible",
    "web_address",
    "word_values",
    "wrong_try",
]

DEPRECATED: dict[str, tuple[Any, Deprecated]] = {}
"""Names that will leave: what each still gives, and what stands in its place. They are not in `__all__`."""


def __getattr__(name: str) -> Any:
    return deprecated_name(name, DEPRECATED)
