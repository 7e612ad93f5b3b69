"""The context: on whose behalf, on which site, and when something is done. Frozen, and passed explicitly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kernel.access.actor import NO_GRANTS, Actor
from kernel.access.session import elevated
from kernel.data.site import Site
from kernel.i18n import LazyText
from kernel.resources.errors import Forbidden
from kernel.resources.events import Pending
from kernel.resources.term import has_ended

if TYPE_CHECKING:
    from kernel.resources.history import Journal
    from kernel.resources.runtime import Runtime


@dataclass(frozen=True)
class Context:
    """Everything a page, a command or a job may depend on, besides the database.

    `now` is an aware instant in UTC; "today" is the site's own. `session` is the actor's session, behind both walls.
    """

    site: Site
    actor: Actor
    session: Session
    now: datetime
    locale: str
    time_zone: ZoneInfo
    epoch: int
    plugins: frozenset[str]
    runtime: Runtime
    journal: Journal | None = None

    @property
    def today(self) -> date:
        """The site's day, which is not always that of UTC."""
        return self.now.astimezone(self.time_zone).date()

    def text(self, value: LazyText | str) -> str:
        """Render a text in the context's language."""
        return self.runtime.translate(value, self.locale)

    def may(self, resource: str, action: str) -> bool:
        """Say whether the actor holds the right at all, on whatever rows."""
        return self.actor.may(resource, action)

    @property
    def read_only(self) -> bool:
        """Whether the term of the site has ended, so that pages offer nothing that would be refused."""
        return has_ended(self.runtime, self.session)

    def require(self, resource: str, action: str) -> None:
        """Raise `Forbidden` unless the actor holds the right."""
        if not self.actor.may(resource, action):
            raise Forbidden()

    def has_feature(self, name: str) -> bool:
        """Say whether the site's edition, or the site's own choice, has a feature such as `map`."""
        return self.runtime.edition.has_feature(name)

    def run(self, command: str, **arguments: Any) -> Any:
        """Run another command inside this one: same transaction, same actor, its own check of rights."""
        return self.runtime.command(command).call(self, arguments)

    def publish(self, name: str, subject_id: int, **data: Any) -> None:
        """Tell plugins after the commit, by the hook `name`; `data` holds plain values and ids only."""
        if self.journal is None:
            raise RuntimeError("events are published inside a command")
        self.journal.events.append(Pending(name, subject_id, data))

    @contextmanager
    def system(self, reason: str) -> Iterator[Context]:
        """Give a context whose session acts for the system, on this connection and in this transaction.

        Ids may cross into it and back, objects never do. `reason` is written with every change made in it.
        """
        with elevated(self.session, reason) as session:
            actor = replace(self.actor, kind="system", grants=NO_GRANTS, reason=reason)
            context = replace(self, session=session, actor=actor)
            if self.journal is not None:
                with self.journal.watching(session, reason):
                    yield context
                    session.flush()  # while it is watched: what is written afterwards nobody would note
            else:
                yield context
