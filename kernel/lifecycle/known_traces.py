"""The list of rows in the kernel's own tables that speak of a plugin and go with it when it is uninstalled.

Layers above this one register theirs in `kernel.extension.traces` themselves. Whatever is not named there
stays: history, steps, audit, and the numbers that series have given out.
"""

from __future__ import annotations

from kernel.extension.traces import Trace, register_trace
from kernel.i18n import _

_OF_PATTERNS = "pattern_id IN (SELECT id FROM kernel.pattern WHERE origin = :plugin)"

_OF_USER_FIELDS = (
    "starts_with(subject, :plugin || '.') OR starts_with(parameters ->> 'to', :plugin || '.')"
    " OR EXISTS (SELECT FROM unnest(resources) r WHERE starts_with(r, :plugin || '.'))"
)

TRACES = (
    Trace(
        key="base-values",
        title=_("Entries of its base-data lists"),
        table="kernel.base_value",
        where="starts_with(list, :plugin || '.')",
        order=110,
    ),
    Trace(
        key="series-patterns",
        title=_("How its numbers are written"),
        table="kernel.series_pattern",
        where="starts_with(series, :plugin || '.')",
        order=120,
    ),
    Trace(
        key="patterns",
        title=_("Access patterns that it brought"),
        table="kernel.pattern",
        where="origin = :plugin",
        order=200,
    ),
    Trace(
        key="grants",
        title=_("Grants on its records, and in scopes of its own"),
        table="kernel.access_grant",
        where=f"starts_with(resource, :plugin || '.') OR starts_with(scope, :plugin || '.') OR {_OF_PATTERNS}",
        order=210,
    ),
    Trace(
        key="pattern-fields",
        title=_("Rules for fields of its records"),
        table="kernel.pattern_field",
        where=f"starts_with(resource, :plugin || '.') OR starts_with(field, :plugin || '.') OR {_OF_PATTERNS}",
        order=215,
    ),
    Trace(
        key="user-patterns",
        title=_("Users who hold its access patterns"),
        table="kernel.user_pattern",
        where=_OF_PATTERNS,
        order=220,
    ),
    Trace(
        key="party-roles",
        title=_("Roles of parties in its trade"),
        table="kernel.party_role",
        where="starts_with(role, :plugin || '.')",
        order=300,
    ),
    Trace(
        key="notes",
        title=_("Notes on its records"),
        table="kernel.note",
        where="starts_with(root, :plugin || '.')",
        order=400,
    ),
    Trace(
        key="attachments",
        title=_("Files on its records"),
        table="kernel.attachment",
        where="starts_with(root, :plugin || '.')",
        file_column="content_hash",
        order=410,
    ),
    Trace(
        key="interaction-links",
        title=_("What interactions say they are about"),
        table="kernel.interaction_link",
        where="starts_with(resource, :plugin || '.')",
        order=420,
    ),
    Trace(
        key="user-fields",
        title=_("Fields defined for its records, or linking to them"),
        table="kernel.user_field",
        where=_OF_USER_FIELDS,
        order=450,
    ),
    Trace(
        key="user-value-keys",
        title=_("Unique values of such fields"),
        table="kernel.user_value_key",
        where=f"field_id IN (SELECT id FROM kernel.user_field WHERE {_OF_USER_FIELDS})",  # noqa: S608 - a constant
        order=460,
    ),
    Trace(
        key="document-layouts",
        title=_("Layouts of the documents that it declares"),
        table="kernel.document_layout",
        where="starts_with(kind, :plugin || '.')",
        order=450,
    ),
    Trace(
        key="notices",
        title=_("Notices of its kinds or about its records"),
        table="kernel.notice",
        where="starts_with(kind, :plugin || '.') OR starts_with(resource, :plugin || '.')",
        order=470,
        restore=False,
    ),
    Trace(
        key="notice-choices",
        title=_("Which users get its notices"),
        table="kernel.own_choice",
        where="starts_with(name, 'notice.' || :plugin || '.')",
        order=480,
    ),
    *(
        Trace(
            key=key,
            title=title,
            table=f"kernel.{table}",
            where="starts_with(resource, :plugin || '.')",
            order=order,
        )
        for key, title, table, order in (
            ("opened-records", _("Its records that users opened lately"), "opened_record", 482),
            ("favourites", _("Its records that are favourites of users"), "favourite", 484),
        )
    ),
    Trace(
        key="jobs",
        title=_("Its jobs"),
        table="kernel.job",
        where="plugin = :plugin",
        order=500,
        restore=False,
    ),
    Trace(
        key="deliveries",
        title=_("Events that it has not heard of yet"),
        table="kernel.event_delivery",
        where="plugin = :plugin",
        order=510,
        restore=False,
    ),
)

for _trace in TRACES:
    register_trace(_trace)
