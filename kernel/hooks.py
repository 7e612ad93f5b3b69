"""Every hook of the kernel, and nothing else: the table of contents of what a plugin can do.

The decorator above each names its failure rule, which is also how the kernel calls it
(`kernel.extension.markers`). An implementation is a function of the plugin's manifest module with the
hook's name, marked `@hookimpl`; it takes the arguments that it needs, by name. Arguments are only ever
added. Answering `None` means: nothing to contribute.

Hooks may query through `ctx.session`; they never flush or commit (except `installed`, `upgraded` and
`merging`, which write by their purpose, and never commit). Side effects outside the database go through
events. What is asked about rows takes a list of ids, so that a page costs the same number of statements
however many rows it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kernel.extension.markers import first, gather, once, publish, require

if TYPE_CHECKING:
    import click
    from flask import Blueprint
    from markupsafe import Markup
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kernel.access.policies import Policy
    from kernel.access.scopes import RowScope
    from kernel.documents.designs.kinds import DocumentKind
    from kernel.extension.contributions import (
        Action,
        Badge,
        Change,
        Channel,
        Check,
        Cursor,
        DashboardBlock,
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
    from kernel.messages.gateways import Gateway
    from kernel.messages.inbound.menus import UssdEntry
    from kernel.resources.commands import Command
    from kernel.resources.context import Context
    from kernel.resources.errors import Problem
    from kernel.resources.parts import BaseList
    from kernel.resources.reports.standard import StandardReport
    from kernel.resources.resource import Facet, Resource


# --- Declarations: once per site and epoch. A failure makes the plugin broken for the site; none of them count.


@once
def resources() -> Iterable[Resource] | None:
    """Record kinds of the plugin: list, form, page, search, import, export and API follow from each."""


@once
def permissions() -> Iterable[Permission] | None:
    """Rights besides the usual actions of the plugin's resources and the rights of its commands."""


@once
def policies() -> Iterable[Policy] | None:
    """Who may see and change the rows of the plugin's own models; a plugin with a model without one does not
    run.
    """


@once
def scopes() -> Iterable[RowScope] | None:
    """Scopes of this trade in which rights may be granted besides all, own, team and place: a doctor's own patients."""


@once
def base_lists() -> Iterable[BaseList] | None:
    """Lists of base data that users extend themselves, with the entries that ship with the plugin."""


@once
def facets() -> Iterable[Facet] | None:
    """The plugin's own 1:1 tables about a party, joined into its form, list, search, export and merge."""


@once
def party_roles() -> Iterable[PartyRole] | None:
    """What a party can be to this trade: patient, student, agent."""


@once
def relation_kinds() -> Iterable[RelationKind] | None:
    """Kinds of relations between parties that this trade knows, such as guardian and ward; users may add more."""


@once
def patterns() -> Iterable[PatternSuggestion] | None:
    """Sets of grants that an administrator may take over: receptionist, doctor."""


@once
def settings() -> Iterable[Setting] | None:
    """What an administrator or an edition may set."""


@once
def menu() -> Iterable[MenuItem] | None:
    """Entries of the main menu, each shown to those who hold its permission."""


@once
def blueprints() -> Iterable[Blueprint] | None:
    """Pages of the plugin's own, served under `/<plugin>/` while it is enabled."""


@once
def jobs() -> Iterable[Job] | None:
    """Work that comes due by itself; the kernel schedules it on each site where the plugin is enabled."""


@once
def record_dates() -> Iterable[RecordDate] | None:
    """Dates that the plugin's records carry and that users may be reminded of: end of a contract, appointment."""


@once
def notice_kinds() -> Iterable[NoticeKind] | None:
    """Kinds of notices that the plugin gives users under the bell, by `notify`."""


@once
def templates() -> Iterable[MessageTemplate] | None:
    """Texts of outgoing messages, whose words a site may change."""


@once
def document_kinds() -> Iterable[DocumentKind] | None:
    """Kinds of documents that are printed of the plugin's records, each with the layout that ships; sites change layouts."""


@once
def reports() -> Iterable[StandardReport] | None:
    """Standard reports on the plugin's lists: groups, figures and filters under a title, to be opened and changed."""


@once
def search_sources() -> Iterable[SearchSource] | None:
    """Kinds of hits for the global search."""


@once
def commands() -> Iterable[Command] | None:
    """The named changes of state of this plugin: the only way in which its rows are written."""


@once
def cli() -> Iterable[click.Command] | None:
    """Commands of the command line, run as `peyvand <plugin> <command>`."""


@once
def channels() -> Iterable[Channel] | None:
    """Ways in which we and a party are in touch that the kernel does not know, such as a messenger."""


@once
def gateways() -> Iterable[Gateway] | None:
    """Carriers of messages: functions that hand over, ask for states and fetch what came in, outside of any transaction."""


@once
def ussd_menus() -> Iterable[UssdEntry] | None:
    """Entries of the first menu of conversations by USSD, and what each answers to whom."""


@once
def number_series() -> Iterable[Series] | None:
    """Runs of gapless numbers."""


@once
def erasures() -> Iterable[Erasure] | None:
    """What becomes of the plugin's rows that refer to a person whose data are erased on request."""


@once
def narrow_rows(model: type[Any], who: Any) -> ColumnElement[bool] | None:
    """Restrict who sees rows of a model that is not the plugin's own: a condition that is ANDed, never
    ORed.

    Called once for each protected model and epoch. `who` offers bind parameters (user, branches), never
    values, so that the condition is built once and serves both walls. A failure makes the plugin broken for
    the site.
    """


# --- Rules that must be asked: a failure refuses the action and names the plugin.


@require
def installed(session: Session, ctx: Context) -> None:
    """Write what the plugin starts with; called inside the installing transaction, after migrations and
    policies.

    `session` is the owner's: both walls are open. A failure undoes the whole installation.
    """


@require
def upgraded(session: Session, ctx: Context, since: str) -> None:
    """Repair data after the schema was brought forward from version `since`; same transaction, owner's
    session.
    """


@require
def obstacles_to_uninstall(session: Session, ctx: Context) -> Iterable[Obstacle] | None:
    """Reasons why the plugin must not be removed now, such as open accounts; shown in the plan. Only asks."""


@require
def validate(ctx: Context, resource: str, changes: Sequence[Change]) -> Iterable[Problem] | None:
    """Look at records of whatever resource before they are saved; each problem names its field.

    Called once per command, or once per batch of a bulk command, before anything is written: `Problem.row`
    is then the position in `changes`.
    """


@require
def obstacles_to_delete(
    ctx: Context, resource: str, ids: Sequence[int]
) -> Mapping[int, Sequence[Obstacle]] | None:
    """Say what hangs on these records of `resource` and forbids deleting them; ids without obstacles are
    left out.
    """


@require
def merge_conflicts(ctx: Context, kept: int, dropped: int) -> Iterable[Problem] | None:
    """Say what a person must decide before party `dropped` is merged into party `kept`."""


@require
def merging(session: Session, ctx: Context, kept: int, dropped: int) -> None:
    """Move the plugin's rows from party `dropped` to party `kept`, inside the merging transaction.

    `session` acts for the system: rows that the user may not see move as well. Facets and plain references
    are moved by the kernel; this is for what only the plugin knows.
    """


@require
def erasing(session: Session, ctx: Context, party_id: int) -> None:
    """Erase what the plugin holds of a person besides the rows of `erasures`, inside the erasing transaction.

    `session` acts for the system: it sees and changes rows that the user may not see.
    """


# --- Contributions: a failing plugin is left out, recorded, and named to staff.


@gather
def party_panels(ctx: Context, party_id: int) -> Iterable[Panel] | None:
    """Blocks on the party's page."""


@gather
def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    """Figures about these parties, by party: balance, last visit, how many orders; the head of a page shows them."""


@gather
def party_actions(ctx: Context, party_id: int) -> Iterable[Action] | None:
    """Buttons on the party's page."""


@gather
def party_badges(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Badge]] | None:
    """Marks beside the names of these parties, by party; called once for a page of a list."""


@gather
def timeline(
    ctx: Context, party_id: int, before: Cursor | None, limit: int
) -> Iterable[TimelineEntry] | None:
    """At most `limit` things that happened with the party, newest first, older than the cursor `before`."""


@gather
def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock] | None:
    """Blocks of the home page."""


@gather
def first_steps(ctx: Context) -> Iterable[FirstStep] | None:
    """What a new user of this trade does first, each ticked as the facts say: the list on the desk until all is done."""


@gather
def slot(ctx: Context, name: str, subject: Any) -> Markup | None:
    """What stands in the named place of another's template; `subject` is what the place is documented to
    give.
    """


@gather
def health(ctx: Context) -> Iterable[Check] | None:
    """What `peyvand doctor` and the plugin's page should say of its condition."""


# --- Providers: the first that answers. A plugin that requires another is asked before it, equals by name.


@first
def match_caller(ctx: Context, number: str) -> int | None:
    """Id of the party that calls or writes from this number (E.164), where the kernel found none."""


@first
def price(
    ctx: Context,
    item_id: int,
    party_id: int | None,
    quantity: Decimal,
    day: date,
    variant_id: int | None,
    base: Price | None,
) -> Price | int | None:
    """Price of one unit in Rials for this party, quantity and day, with the words that say how it came about; `None` leaves
    it to the next, at last to the seller's own rules. `base` is what these give.
    """


@first(writes=True)
def answer_message(ctx: Context, message_id: int) -> str | None:
    """The answer to a received message, sent to its sender by the same channel; `None` leaves it to the next, at last to
    people. `ctx` acts for the system, in a transaction of its own after the message was stored.
    """


# --- Events: after commit, one task per plugin, retried. Doing it twice must do no harm.


@publish
def party_changed(ctx: Context, event: Event) -> None:
    """A party was created, changed, merged, binned or purged: see `event.data["action"]`. `ctx` acts for
    the system.
    """


@publish
def interaction_recorded(ctx: Context, event: Event) -> None:
    """A call, visit, message or letter was recorded or changed."""


@publish
def message_received(ctx: Context, event: Event) -> None:
    """A message came in and was stored; `event.data` names its channel, sender and, where known, party."""
