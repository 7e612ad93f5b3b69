"""A user's own second factor: setting it up, new recovery codes, switching it off. Each asks for the password and a code.

Tries count like those of signing in. Administrators take a lost one away with `reset`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from kernel.access import attempts, second_factor
from kernel.access.errors import AccessProblem
from kernel.access.models import AuditEntry, LoginAttempt, SecondFactor
from kernel.access.second_step import no_key, wrong_code
from kernel.access.serving import Served, system_session
from kernel.access.signin import SignedIn, check_own_password
from kernel.access.users import end_sessions
from kernel.data.sealing import SealBroken
from kernel.i18n import _

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class FactorState:
    """How a user's second factor stands."""

    since: datetime | None
    """When it was confirmed; None where there is none."""
    codes_left: int
    required: bool
    secret: str | None = None
    """Where setting it up has begun: the secret that may be confirmed, in Base32."""


def begin(served: Served, user_id: int) -> None:
    """Begin setting a second factor up: a secret is proposed. Raises `AccessProblem` where it cannot be kept."""
    with system_session(served, "one's own second factor") as session:
        try:
            second_factor.propose(session, served.site.sealer, user_id, served.clock(), anew=True)
        except SealBroken:
            raise no_key() from None


def state(served: Served, user_id: int, *, with_secret: bool = False) -> FactorState:
    """Tell how a user's second factor stands. Raises `SealBroken` where the secret is asked for and no key opens it."""
    with system_session(served, "one's own second factor") as session:
        factor = session.get(SecondFactor, user_id)
        since = factor.confirmed_at if factor else None
        secret = None
        if with_secret and since is None:
            secret = second_factor.proposed(session, served.site.sealer, user_id, served.clock())
        left = second_factor.recovery_codes_left(session, user_id)
        return FactorState(since, left, second_factor.is_required(session, user_id), secret)


def set_up(served: Served, who: SignedIn, password: str, code: str, *, address: str) -> list[str]:
    """Take the proposed secret into use; gives the recovery codes. One's other sessions end.

    Raises `AccessProblem` naming the field, `old_password` or `code`; `too-many` where the next try must wait.
    """

    def act(session: Session, user_id: int, at: datetime) -> list[str] | None:
        if second_factor.proposed(session, served.site.sealer, user_id, at) is None:
            raise AccessProblem("ended", _("This took too long. Begin again."), "code")
        codes = second_factor.confirm(session, served.site.sealer, user_id, code, at)
        if codes is not None:
            end_sessions(session, user_id, keep=who.session_id, now=at)
        return codes

    return _with_both(served, who, password, address, "set_up", act)


def renew_codes(served: Served, who: SignedIn, password: str, code: str, *, address: str) -> list[str]:
    """Give new recovery codes; the former ones end. Raises as `set_up` does."""

    def act(session: Session, user_id: int, at: datetime) -> list[str] | None:
        if second_factor.check(session, served.site.sealer, user_id, code, at) is None:
            return None
        return second_factor.renew_recovery_codes(session, user_id)

    return _with_both(served, who, password, address, "renewed", act)


def switch_off(served: Served, who: SignedIn, password: str, code: str, *, address: str) -> None:
    """Take one's second factor away. Raises as `set_up` does, and `required` where the site demands one."""

    def act(session: Session, user_id: int, at: datetime) -> bool | None:
        if second_factor.is_required(session, user_id):
            raise AccessProblem("required", _("This site demands a second step of you."), "code")
        if second_factor.check(session, served.site.sealer, user_id, code, at) is None:
            return None
        return second_factor.remove(session, user_id)

    _with_both(served, who, password, address, "off", act)


def reset(session: Session, user_id: int, now: datetime) -> bool:
    """Take a user's second factor away for somebody else, who answers for it; the user's sessions end.

    Says whether there was one.
    """
    had = second_factor.remove(session, user_id)
    end_sessions(session, user_id, now=now)
    return had


def _with_both(
    served: Served,
    who: SignedIn,
    password: str,
    address: str,
    what: str,
    act: Callable[[Session, int, datetime], Answer | None],
) -> Answer:
    """Check the password, then let `act` check the code and do its work; None of it is a wrong code."""
    number, user_id = check_own_password(
        served, who, password, address=address, refusal=_("The password is wrong.")
    )
    now = served.clock()
    with system_session(served, "one's own second factor") as session:
        try:
            answer = act(session, user_id, now)
        except SealBroken:
            raise no_key() from None
        said = what if answer is not None else "wrong"
        session.add(
            AuditEntry(
                at=now,
                actor_id=user_id,
                what=f"second_factor.{said}",
                address=address[: attempts.LONGEST_NAME],
            )
        )
        if answer is not None:
            right = update(LoginAttempt).where(LoginAttempt.id == number)
            session.execute(right.values(succeeded=True))
    if answer is None:
        raise wrong_code()
    return answer
