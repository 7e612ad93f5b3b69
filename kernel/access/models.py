"""Tables of users, patterns, grants, sign-in and audit.

Secrets live apart from what lists show: a password's hash is a row of `user_password`, a session's token is
stored hashed. The signing key is the one table that the application's role can never read.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned
from kernel.data.types import Instant


class SigningKey(KernelBase):
    """The key that signs the actor of each transaction; read by the owner's functions only."""

    __tablename__ = "signing_key"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(LargeBinary)


class UserAccount(Identified, Stamped, Versioned, KernelBase):
    """Somebody who signs in. Number 0 is the system, not an account. Portal users have a `party_id`."""

    __tablename__ = "user_account"
    __table_args__ = (Index("uq_user_account_email", "email", unique=True),)

    username: Mapped[str] = mapped_column(Text, unique=True)
    display_name: Mapped[str] = mapped_column(Text)
    is_administrator: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    locale: Mapped[str] = mapped_column(Text, server_default=text("'fa'"), default="fa")
    party_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("kernel.unit.id", name="fk_user_account_unit_id", use_alter=True), index=True
    )
    """The unit of the house to which the user belongs."""
    email: Mapped[str | None] = mapped_column(Text)
    """Where invitations and links for forgotten passwords go; no two users share one."""


class Unit(Identified, Stamped, Versioned, KernelBase):
    """A unit of the house (واحد): a branch, a department, a team. Units stand beneath each other in a tree.

    Who heads a unit reaches, by the scope `team`, what is of the members of it and of all units beneath it.
    """

    __tablename__ = "unit"

    name: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text, unique=True)
    """The folded name: no two units share one."""
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("kernel.unit.id", name="fk_unit_parent_id"), index=True
    )
    head_id: Mapped[int | None] = mapped_column(
        ForeignKey(UserAccount.id, name="fk_unit_head_id", ondelete="SET NULL"), index=True
    )


class UserPassword(KernelBase):
    """The hash of a user's password. A user without a row cannot sign in by password."""

    __tablename__ = "user_password"

    user_id: Mapped[int] = mapped_column(ForeignKey(UserAccount.id, ondelete="CASCADE"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))


class PasswordLink(Identified, KernelBase):
    """A link by which a user sets the password himself, once; or, without a token, that he asked for one.

    The link holds a random token, the row its SHA-256. A user has at most one open row: a new one withdraws the former.
    """

    __tablename__ = "password_link"
    __table_args__ = (
        Index("ix_password_link_user_id", "user_id", "id"),
        Index(
            "uq_password_link_open",
            "user_id",
            unique=True,
            postgresql_where=text("used_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey(UserAccount.id, ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(Text)
    """`invitation` (the first password) or `reset`."""
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    request_key: Mapped[str | None] = mapped_column(Text, unique=True)
    """Names the piece of work that mails it: done again after a crash, the work finds what it had begun."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    delivery: Mapped[str] = mapped_column(Text, server_default=text("'by_hand'"), default="by_hand")
    """`asked`, `by_hand`, `sending`, `sent`, `failed`, or `unknown`: the process died while it sent."""
    failure: Mapped[str | None] = mapped_column(Text)


class Pattern(Identified, Stamped, Versioned, KernelBase):
    """A named set of grants (الگوی دسترسی) for users. `origin` is the plugin or edition that suggested it."""

    __tablename__ = "pattern"

    name: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    origin: Mapped[str | None] = mapped_column(Text)


class AccessGrant(KernelBase):
    """One right of a pattern: what may be done (action) with which rows (scope) of a kind (resource)."""

    __tablename__ = "access_grant"

    pattern_id: Mapped[int] = mapped_column(ForeignKey(Pattern.id, ondelete="CASCADE"), primary_key=True)
    resource: Mapped[str] = mapped_column(Text, primary_key=True)
    action: Mapped[str] = mapped_column(Text, primary_key=True)
    scope: Mapped[str] = mapped_column(Text, primary_key=True)


class PatternPlace(KernelBase):
    """A place that a pattern reaches by the scope `location`: a province, a city or a district."""

    __tablename__ = "pattern_place"

    pattern_id: Mapped[int] = mapped_column(ForeignKey(Pattern.id, ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    """`province`, `city` or `district`."""
    place_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class PatternField(KernelBase):
    """What a pattern keeps from whoever holds it of one field of the records that it grants."""

    __tablename__ = "pattern_field"

    pattern_id: Mapped[int] = mapped_column(ForeignKey(Pattern.id, ondelete="CASCADE"), primary_key=True)
    resource: Mapped[str] = mapped_column(Text, primary_key=True)
    """What grants call the records."""
    field: Mapped[str] = mapped_column(Text, primary_key=True)
    """As forms address it: `mobile`, `contacts-value` (of a part), `medical.file_number` (of a facet)."""
    rule: Mapped[str] = mapped_column(Text)
    """`read_only`, `masked` or `hidden`."""


class UserPattern(KernelBase):
    """A pattern given to a user."""

    __tablename__ = "user_pattern"

    user_id: Mapped[int] = mapped_column(ForeignKey(UserAccount.id, ondelete="CASCADE"), primary_key=True)
    pattern_id: Mapped[int] = mapped_column(
        ForeignKey(Pattern.id, ondelete="CASCADE"), primary_key=True, index=True
    )


class LoginSession(Identified, KernelBase):
    """One signed-in browser or device. The cookie holds the token, the row its SHA-256."""

    __tablename__ = "login_session"

    user_id: Mapped[int] = mapped_column(ForeignKey(UserAccount.id, ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    address: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    agent: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")


class Deputy(Identified, KernelBase):
    """Somebody who stands in for an absent user, from a day to a last day; withdrawn ones no more."""

    __tablename__ = "deputy"
    __table_args__ = (
        CheckConstraint("until >= since", name="period"),
        CheckConstraint("user_id <> deputy_id", name="two_users"),
        Index("ix_deputy_deputy_id", "deputy_id", "until"),
        Index("ix_deputy_user_id", "user_id", "until"),
    )

    user_id: Mapped[int] = mapped_column(
        ForeignKey(UserAccount.id, name="fk_deputy_user_id", ondelete="CASCADE")
    )
    """The absent user."""
    deputy_id: Mapped[int] = mapped_column(
        ForeignKey(UserAccount.id, name="fk_deputy_deputy_id", ondelete="CASCADE")
    )
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    """The last day."""
    named_at: Mapped[datetime] = mapped_column(Instant)
    named_by: Mapped[int] = mapped_column(BigInteger)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[int | None] = mapped_column(BigInteger)


class SecondFactor(KernelBase):
    """What makes the one-time codes of a user's device; it counts from `confirmed_at` on."""

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey(UserAccount.id, ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    """Sealed with a key that is not in the database."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    """The step of the last code taken: no code of it or of an earlier one is taken again."""


class RecoveryCode(Identified, KernelBase):
    """A code for whoever lost the device, good once; the row holds its SHA-256."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("uq_recovery_code", "user_id", "code_hash", unique=True),)

    user_id: Mapped[int] = mapped_column(ForeignKey(UserAccount.id, ondelete="CASCADE"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class HalfSignIn(Identified, KernelBase):
    """Somebody who gave the right password and owes the code. The browser holds the token, the row its SHA-256."""

    __tablename__ = "half_sign_in"

    user_id: Mapped[int] = mapped_column(ForeignKey(UserAccount.id, ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    attempt_id: Mapped[int] = mapped_column(BigInteger)
    """The try with the password, which counts as failed until the code is right."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class LoginAttempt(Identified, KernelBase):
    """One try to sign in, written before the password is looked at, so that parallel guesses count."""

    __tablename__ = "login_attempt"
    __table_args__ = (
        Index("ix_login_attempt_username_at", "username", "at"),
        Index("ix_login_attempt_address_at", "address", "at"),
    )

    at: Mapped[datetime] = mapped_column(Instant)
    username: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    succeeded: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    kind: Mapped[str] = mapped_column(Text, server_default=text("'password'"), default="password")
    """What was tried: `password`; `half`, a right one after which a code is owed; `confirmed`, a right one entered by who
    is signed in; or `code`.
    """


class WrongTry(Identified, KernelBase):
    """How often somebody tried wrong numbers or codes at an open page since when; one row for each page and house."""

    __tablename__ = "wrong_try"
    __table_args__ = (Index("uq_wrong_try_page_whence", "page", "whence", unique=True),)

    page: Mapped[str] = mapped_column(Text)
    whence: Mapped[str] = mapped_column(Text)
    """The network address; of IPv6 the part that one house has for itself."""
    since: Mapped[datetime] = mapped_column(Instant)
    count: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class AuditEntry(Identified, KernelBase):
    """What was done that must be accounted for (sign-in, export, change of rights …). Only ever added to."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_actor_id_at", "actor_id", "at"),
    )

    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int] = mapped_column(BigInteger)
    what: Mapped[str] = mapped_column(Text)
    resource: Mapped[str | None] = mapped_column(Text)
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    address: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"), default=dict)
