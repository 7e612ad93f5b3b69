"""What a session tells the database at the beginning of its transaction, in one statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from kernel.access.actor import Actor
from kernel.access.tokens import sign, sign_deputy

_BEGIN = (
    "SELECT set_config('peyvand.token', %(token)s, true), set_config('peyvand.deputy', %(deputy)s, true),"
    " set_config('peyvand.bin', %(bin)s, true),"
    " set_config('statement_timeout', %(limit)s, true), kernel.current_epoch(), kernel.latest_day()"
)
_BEGIN_READ_ONLY = _BEGIN.replace("SELECT", "SELECT set_config('transaction_read_only', 'on', true),", 1)


class SiteNow(NamedTuple):
    """What the database answers: the site's epoch, and the latest day that the site has seen."""

    epoch: int
    latest_day: date | None


@dataclass(frozen=True)
class Identity:
    """The actor of a session with the key that signs him, and the limits of its transaction."""

    signing_key: bytes = field(repr=False)
    actor: Actor
    lift_bin: bool = False
    read_only: bool = False
    limit: float = 0
    """Seconds that one statement may take; 0 is without limit."""

    def announce(self, connection: Connection) -> SiteNow:
        """Set actor, bin and limits for the transaction of `connection`; gives where the site is.

        The token is a bound parameter, never part of the text: other sessions of the role can read that.
        """
        values = {
            "token": "" if self.actor.user_id is None else sign(self.signing_key, self.actor.user_id),
            "deputy": self._deputy(),
            "bin": "shown" if self.lift_bin else "",
            "limit": f"{int(self.limit * 1000)}ms",
        }
        statement = _BEGIN_READ_ONLY if self.read_only else _BEGIN
        row = connection.exec_driver_sql(statement, values).one()
        return SiteNow(row[-2], row[-1])

    def _deputy(self) -> str:
        if self.actor.user_id is None or not self.actor.deputy_of:
            return ""
        others = [each.user_id for each in self.actor.deputy_of]
        return sign_deputy(self.signing_key, self.actor.user_id, others)
