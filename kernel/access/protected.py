"""Who sees and changes the tables of this package itself. Users and patterns are changed by administrators alone."""

from __future__ import annotations

from kernel.access.api_models import ApiAnswer, ApiToken
from kernel.access.models import (
    AccessGrant,
    AuditEntry,
    Deputy,
    HalfSignIn,
    LoginAttempt,
    LoginSession,
    PasswordLink,
    Pattern,
    PatternField,
    PatternPlace,
    RecoveryCode,
    SecondFactor,
    SigningKey,
    Unit,
    UserAccount,
    UserPassword,
    UserPattern,
    WrongTry,
)
from kernel.access.policies import Policy, child, rows, sealed, system

ACCESS_POLICIES: tuple[Policy, ...] = (
    sealed(SigningKey),
    rows(UserAccount, "user", own=("id",), administrators_only=True),
    system(UserPassword),
    system(PasswordLink),
    system(ApiToken),
    system(ApiAnswer),
    system(SecondFactor),
    system(RecoveryCode),
    system(HalfSignIn),
    rows(Pattern, "pattern", own=(), administrators_only=True),
    child(AccessGrant, Pattern, key="pattern_id"),
    child(PatternPlace, Pattern, key="pattern_id"),
    child(PatternField, Pattern, key="pattern_id"),
    child(UserPattern, Pattern, key="pattern_id"),
    rows(Unit, "unit", own=(), administrators_only=True),
    rows(LoginSession, "login_session", own=("user_id",), administrators_only=True),
    system(Deputy),
    system(LoginAttempt),
    system(WrongTry),
    system(AuditEntry, append_only=True),
)
"""The policies of the tables of users, patterns, sign-in and audit."""
