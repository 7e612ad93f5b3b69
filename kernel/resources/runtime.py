"""A runtime: one site as it runs at one epoch.

It holds what the enabled plugins and the parts of the kernel declared, read once, and opens the transactions in which
pages read and commands write. Another epoch means another runtime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from kernel.access.actor import SYSTEM, Actor
from kernel.access.errors import OutOfReach
from kernel.access.policies import PolicySet
from kernel.access.session import elevated, open_session
from kernel.data.engines import Engines
from kernel.data.sealing import is_sealed
from kernel.data.site import Site
from kernel.extension.branding import Branding
from kernel.extension.calling import Answer, Answers, Hooks, in_order
from kernel.extension.editions import SiteEdition
from kernel.i18n import LazyText, _
from kernel.resources import submissions
from kernel.resources.commands import Command
from kernel.resources.constraints import explain_integrity
from kernel.resources.context import Context
from kernel.resources.declared import Declared
from kernel.resources.errors import EditConflict, EpochChanged, Forbidden, NotFound
from kernel.resources.events import tell_changes, write_events
from kernel.resources.field_rules import seen_whole
from kernel.resources.fields import Field
from kernel.resources.history import Journal
from kernel.resources.queue import wake_workers, write_work
from kernel.resources.resource import Facet, Resource
from kernel.resources.term import has_ended, refuse_when_ended, seen_day
from kernel.resources.texts import Texts

ROW_REFUSED = "42501"
"""The database's state for a row that its wall does not let through."""
OUT_OF_REACH = _(
    "Your rights do not allow this: it would write a record that you may not change, or that you would not see"
    " afterwards."
)
TRIES = 3
"""A command is tried again on deadlock, at most twice."""


class Runtime:
    """One site at one epoch: its declarations, and the way into its database."""

    def __init__(
        self,
        site: Site,
        engines: Engines,
        *,
        epoch: int,
        hooks: Hooks,
        declared: Declared,
        texts: Texts,
        edition: SiteEdition | None = None,
        branding: Branding | None = None,
        colours: Mapping[int, str] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.site = site
        self.engines = engines
        self.epoch = epoch
        self.hooks = hooks
        self.declared = declared
        self.texts = texts
        self.edition = edition or SiteEdition()
        self.branding = branding or Branding()
        self.colours: Mapping[int, str] = colours or {}
        """Tones of values of base data, by id."""
        self.clock = clock

    @property
    def plugins(self) -> frozenset[str]:
        """Names of the enabled plugins."""
        return self.declared.plugins

    @property
    def policies(self) -> PolicySet:
        """The policies of the kernel and of all enabled plugins."""
        return self.declared.policies

    @property
    def resources(self) -> Mapping[str, Resource]:
        """All resources by name."""
        return self.declared.resources

    @cached_property
    def by_path(self) -> Mapping[str, Resource]:
        """All resources by their part of the URL."""
        return {resource.path: resource for resource in self.resources.values()}

    @cached_property
    def by_table(self) -> Mapping[str, tuple[Resource, ...]]:
        """Resources by the full name of their table."""
        found: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            found.setdefault(resource.table, []).append(resource)
        return {table: tuple(items) for table, items in found.items()}

    def resource(self, name: str) -> Resource:
        """Give a resource by name; a name that is not there is answered like a record that is not."""
        try:
            return self.resources[name]
        except KeyError:
            raise NotFound() from None

    def facets(self, resource: Resource) -> tuple[Facet, ...]:
        """Give the facets of a resource, in their order."""
        return self.declared.facets.get(resource.name, ())

    def command(self, name: str) -> Command:
        """Give a command by name; raise `NotFound` for one that no enabled plugin declares."""
        try:
            return self.declared.commands[name]
        except KeyError:
            raise NotFound() from None

    def setting(self, key: str) -> Any:
        """Give the value of a setting: the site's own, else its declared default.

        Raises `SealBroken` for a secret one that no key of the site opens.
        """
        value = self.declared.setting(key)
        if is_sealed(value) and self.declared.settings[key].secret:
            return self.site.sealer.open(value)
        return value

    def translate(self, value: LazyText | str, locale: str | None = None) -> str:
        """Render a text in a language, the site's where none is named."""
        return self.texts.translate(value, locale or self.site.locale)

    def may_see_field(self, context: Context, resource: Resource, field: Field) -> bool:
        """Say whether the actor sees this field whole; sensitive ones are hidden until granted."""
        return seen_whole(context, resource.permission, field)

    def may_search_private(self, context: Context, resource: Resource) -> bool:
        """Say whether the actor may search phones and identity numbers: whoever sees them all, and whole."""
        private = [item for item in resource.fields if item.private]
        if not all(self.may_see_field(context, resource, item) for item in private):
            return False
        return not context.actor.fields or all(
            seen_whole(context, part.permission or resource.permission, item, f"{part.name}-")
            for part in resource.parts
            for item in part.fields
            if item.private
        )

    def items(self, hook: str, **arguments: Any) -> Answers:
        """Ask all for contributions: parts of the kernel, then plugins, each isolated; single items in their own order."""
        own = [Answer("", answer) for answer in self._ask_parts(hook, arguments)]
        answers = self.hooks.gather(hook, **arguments)
        return Answers(in_order([*own, *answers]), answers.failed)

    def gather(self, hook: str, **arguments: Any) -> Answers:
        """Ask all, and give each answer whole: for hooks that answer with a mapping by id."""
        own = [Answer("", answer) for answer in self._ask_parts(hook, arguments)]
        answers = self.hooks.gather(hook, **arguments)
        return Answers([*own, *answers], answers.failed)

    def require(self, hook: str, **arguments: Any) -> list[Answer[Any]]:
        """Ask all that must be asked; the failure of one refuses the action."""
        own = [Answer("", answer) for answer in self._ask_parts(hook, arguments)]
        return [*own, *self.hooks.require(hook, **arguments)]

    def _ask_parts(self, hook: str, arguments: Mapping[str, Any]) -> list[Any]:
        answers = (part.ask(hook, arguments) for part in self.declared.parts)
        return [answer for answer in answers if answer is not None]

    @contextmanager
    def reading(
        self, actor: Actor, *, locale: str | None = None, lift_bin: bool = False, statement_limit: float = 0
    ) -> Iterator[Context]:
        """Open a read-only transaction on behalf of an actor; nothing in it can write.

        No statement runs longer than `statement_limit` seconds; 0 sets no limit.
        """
        session = self._open(actor, read_only=True, lift_bin=lift_bin, statement_limit=statement_limit)
        try:
            yield self._context(actor, session, locale, None)
        finally:
            session.close()

    @contextmanager
    def writing(
        self, actor: Actor, command: str, *, locale: str | None = None, allowed_when_ended: bool = False
    ) -> Iterator[Context]:
        """Open a write transaction: history and events are written with it, and it commits at the end or not at all.

        Raises `TermEnded` at the beginning where the site's term has ended, unless what is written goes on then:
        passwords, sessions, the book-keeping of jobs.
        """
        session = self._open(actor, read_only=False)
        if not allowed_when_ended and has_ended(self, session):
            session.close()
            refuse_when_ended(self, seen_day(self, session))
            session = self._open(actor, read_only=False)
        journal = Journal(command, actor, self.clock(), self.policies)
        context = self._context(actor, session, locale, journal)
        try:
            with journal.watching(session, actor.reason):
                yield context
                session.flush()
                with elevated(session, "history and events") as system:
                    journal.flush_to(system)
                    tell_changes(system, self, journal, session.info["epoch"])
                    write_events(system, self, journal)
                    write_work(system, journal)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
        if journal.events or journal.work:
            wake_workers(self)

    def execute(
        self,
        actor: Actor,
        name: str,
        /,
        *,
        locale: str | None = None,
        repeat_key: str | None = None,
        once: submissions.Once | None = None,
        **arguments: Any,
    ) -> Any:
        """Run a command in a transaction of its own.

        With a `repeat_key`, one that was done before for the same actor and key is not done again: its answer is given.
        `once` knows repeats in another way.
        Raises `Forbidden`, `Invalid`, `Refused`, `NotFound` or `EditConflict`; after each nothing is saved. `EpochChanged`
        says that plugins were switched meanwhile: run it again on the runtime of the present epoch.
        """
        declared = self.command(name)
        if once is None and repeat_key is not None:
            once = submissions.Form(repeat_key)
        for remaining in reversed(range(TRIES)):
            try:
                with self.writing(
                    actor, name, locale=locale, allowed_when_ended=declared.allowed_when_ended
                ) as context:
                    if context.session.info["epoch"] != self.epoch:
                        raise EpochChanged()
                    if once is None:
                        return declared.call(context, arguments)
                    if (earlier := once.claim(context)) is not None:
                        return earlier.value
                    value = declared.call(context, arguments)
                    once.settle(context, value)
                    return value
            except OperationalError as error:
                if not remaining or not _is_deadlock(error):
                    raise
            except OutOfReach as error:
                raise Forbidden(OUT_OF_REACH) from error
            except ProgrammingError as error:
                if getattr(error.orig, "sqlstate", None) != ROW_REFUSED:
                    raise
                raise Forbidden(OUT_OF_REACH) from error
            except StaleDataError as error:
                raise EditConflict() from error
            except IntegrityError as error:
                raise explain_integrity(error, self.resources.values()) from error
        raise AssertionError("unreachable")

    def _open(
        self, actor: Actor, *, read_only: bool, lift_bin: bool = False, statement_limit: float = 0
    ) -> Session:
        engine = self.engines.app(self.site)
        return open_session(
            engine,
            self.site,
            actor,
            self.policies,
            read_only=read_only,
            lift_bin=lift_bin,
            statement_limit=statement_limit,
        )

    def _context(
        self, actor: Actor, session: Session, locale: str | None, journal: Journal | None
    ) -> Context:
        return Context(
            site=self.site,
            actor=actor,
            session=session,
            now=journal.now if journal else self.clock(),
            locale=locale or self.site.locale,
            time_zone=self.site.time_zone,
            epoch=self.epoch,
            plugins=self.plugins,
            runtime=self,
            journal=journal,
        )

    @contextmanager
    def system_work(
        self, reason: str, command: str, *, allowed_when_ended: bool = False
    ) -> Iterator[Context]:
        """Open a write transaction on behalf of the system, with a stated reason; for jobs and the command line."""
        with self.writing(SYSTEM(reason), command, allowed_when_ended=allowed_when_ended) as context:
            yield context


def _is_deadlock(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) in ("40P01", "40001", "55P03")
