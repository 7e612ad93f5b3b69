"""One-time codes (RFC 6238: SHA-1, six digits, thirty seconds) and recovery codes, as a second factor of signing in.

The secret lies sealed in the database, recovery codes hashed. No code is taken twice. All functions act within a session
of the system; who calls them counts tries and writes the audit.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

import pyotp
from sqlalchemy import and_, delete, func, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from kernel.access.models import RecoveryCode, SecondFactor, UserAccount
from kernel.data.sealing import Sealer
from kernel.extension.models import Setting
from kernel.fa.digits import to_ascii_digits

REQUIRED = "access.second_factor"
"""Key of the setting that says who must have a second factor."""
OPTIONAL, ADMINISTRATORS, ALL = "optional", "administrators", "all"

DIGITS = 6
STEP = 30
"""Seconds for which a code is shown."""
DRIFT = 1
"""Steps by which a device's clock may be off, either way."""
CLOCK_MENDED = 24 * 60 * 60 // STEP
"""Steps by which the last code taken must lie in the future before it is put down to a clock set right since."""
PROPOSED = timedelta(minutes=30)
"""How long a proposed secret may be confirmed."""
RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of recovery codes: none that is mistaken for another."""
GROUPS, GROUP = 4, 4
LONGEST_CODE = 40


def is_required(session: Session, user_id: int) -> bool:
    """Say whether the site demands a second factor of this user."""
    rule = session.scalar(select(Setting.value).where(Setting.key == REQUIRED)) or OPTIONAL
    if rule == ADMINISTRATORS:
        return session.get_one(UserAccount, user_id).is_administrator
    return bool(rule == ALL)


def is_set_up(session: Session, user_id: int) -> bool:
    """Say whether a user has confirmed a second factor."""
    statement = select(SecondFactor.user_id).where(
        SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return session.scalar(statement) is not None


def propose(session: Session, sealer: Sealer, user_id: int, now: datetime, *, anew: bool = False) -> None:
    """Propose a secret that the user may confirm; a confirmed one is left alone.

    A proposal that still counts stays, so that two browsers which ask at once show the same one; `anew` replaces it, since
    whoever had the browser before may have noted it.
    """
    row = {"user_id": user_id, "secret": sealer.seal(pyotp.random_base32()), "created_at": now}
    unconfirmed = SecondFactor.confirmed_at.is_(None)
    stale = true() if anew else SecondFactor.created_at <= now - PROPOSED
    replace = upsert(SecondFactor).values(row)
    session.execute(
        replace.on_conflict_do_update(index_elements=["user_id"], set_=row, where=and_(unconfirmed, stale))
    )
    # It counts for the whole time from now on, whichever it is.
    session.execute(
        update(SecondFactor).where(SecondFactor.user_id == user_id, unconfirmed).values(created_at=now)
    )


def proposed(session: Session, sealer: Sealer, user_id: int, now: datetime) -> str | None:
    """Give the secret, in Base32, that the user may confirm now; None where none is proposed (any more)."""
    factor = session.get(SecondFactor, user_id)
    if factor is None or not _is_open(factor, now):
        return None
    return sealer.open(factor.secret)


def uri(secret: str, username: str, site_title: str) -> str:
    """Give what the picture says to the device: secret, user and site."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=site_title.replace(":", " "))


def confirm(session: Session, sealer: Sealer, user_id: int, code: str, now: datetime) -> list[str] | None:
    """Take the proposed secret into use if the code is right; gives the recovery codes, which nobody can read again."""
    factor = _locked(session, user_id)
    if factor is None or not _is_open(factor, now) or not _take(factor, sealer, code, now):
        return None
    factor.confirmed_at = now
    session.flush()
    return renew_recovery_codes(session, user_id)


def check(session: Session, sealer: Sealer, user_id: int, code: str, now: datetime) -> str | None:
    """Take a code of the device or a recovery code: gives `code` or `recovery`, or None where it is wrong or was used."""
    factor = _locked(session, user_id)
    if factor is None or factor.confirmed_at is None:
        return None
    if len(code) > LONGEST_CODE:
        return None
    if sum(letter.isalnum() for letter in code) <= DIGITS:
        taken = _take(factor, sealer, code, now)
        session.flush()
        return "code" if taken else None
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == _digest(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    ).scalar()
    return None if used is None else "recovery"


def renew_recovery_codes(session: Session, user_id: int) -> list[str]:
    """Make new recovery codes; the former ones are worth nothing any more."""
    codes = [_new_code() for _number in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.execute(
        insert(RecoveryCode), [{"user_id": user_id, "code_hash": _digest(code)} for code in codes]
    )
    return codes


def recovery_codes_left(session: Session, user_id: int) -> int:
    """Count the recovery codes that are still good."""
    unused = (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def remove(session: Session, user_id: int) -> bool:
    """Take a user's second factor away, confirmed or not. Says whether there was a confirmed one."""
    had = is_set_up(session, user_id)
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    return had


def _locked(session: Session, user_id: int) -> SecondFactor | None:
    """Give the row, locked: two browsers that bring the same code at once do not both get in."""
    return session.scalar(select(SecondFactor).where(SecondFactor.user_id == user_id).with_for_update())


def _is_open(factor: SecondFactor, now: datetime) -> bool:
    return factor.confirmed_at is None and factor.created_at > now - PROPOSED


def _take(factor: SecondFactor, sealer: Sealer, code: str, now: datetime) -> bool:
    entered = "".join(to_ascii_digits(code).split())
    device = pyotp.TOTP(sealer.open(factor.secret), interval=STEP)
    present = int(now.timestamp()) // STEP
    last = 0 if factor.last_step > present + CLOCK_MENDED else factor.last_step
    for step in range(present - DRIFT, present + DRIFT + 1):
        right = hmac.compare_digest(device.generate_otp(step).encode(), entered.encode())
        if right and step > last:
            factor.last_step = step
            return True
    return False


def _new_code() -> str:
    groups = ("".join(secrets.choice(LETTERS) for _letter in range(GROUP)) for _group in range(GROUPS))
    return "-".join(groups)


def _digest(code: str) -> bytes:
    plain = "".join(letter for letter in to_ascii_digits(code).casefold() if letter.isalnum())
    return sha256(plain.encode()).digest()
