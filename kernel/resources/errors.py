"""What can go wrong with a command, in the user's words. Each error leaves nothing half-saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.i18n import LazyText, _


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what was entered.

    `field` names the field, `None` speaks of the whole record; `part` and `row` name a sub-row (`contacts`, 0).
    """

    field: str | None
    message: LazyText
    part: str | None = None
    row: int | None = None

    @property
    def place(self) -> str:
        """The form's own name of the field: `mobile`, `contacts-0-value`, or empty for the whole record."""
        if self.part is None:
            return self.field or ""
        return f"{self.part}-{self.row}-{self.field}" if self.field else f"{self.part}-{self.row}"


class CommandError(Exception):
    """Base of all refusals that a user is told about."""

    message: LazyText

    def __init__(self, message: LazyText) -> None:
        super().__init__(str(message))
        self.message = message


class Invalid(CommandError):
    """What was entered breaks a rule; `problems` names each field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems[0].message if self.problems else _("Please check what you entered."))


class Refused(CommandError):
    """The action cannot be done in this state; `links` may lead to what is in the way."""

    def __init__(self, message: LazyText, links: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.links = tuple(links)


NO_RIGHT = _("You do not have the right to do this.")
"""What is said where there is no more to say."""


class Forbidden(CommandError):
    """The actor has no right to this action at all."""

    def __init__(self, message: LazyText | None = None) -> None:
        super().__init__(message or NO_RIGHT)


class NotFound(CommandError):
    """There is no such record, or the actor may not see it: one answer for both."""

    def __init__(self) -> None:
        super().__init__(_("This record was not found."))


class EditConflict(CommandError):
    """Somebody else changed the record after it was opened."""

    def __init__(self, changed_by: str = "") -> None:
        text = (
            _(
                "%(name)s changed this record after you opened it. Nothing was saved; reload and try again.",
                name=changed_by,
            )
            if changed_by
            else _("This record was changed after you opened it. Nothing was saved; reload and try again.")
        )
        super().__init__(text)


class EpochChanged(Exception):
    """The site's plugins have changed since this runtime was built: an event, not a refusal. Nothing has happened."""
