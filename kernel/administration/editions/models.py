"""An edition as a value, and what can be wrong with its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.data.errors import DataError
from kernel.i18n import LazyText, _

Title = Mapping[str, str]
"""Words by language: `{"fa": …, "en": …}`."""


class EditionError(DataError):
    """There is no such edition, or its file cannot be understood; `problems` holds everything wrong with it."""

    code = "edition"

    def __init__(self, text: LazyText, problems: Sequence[LazyText] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems) or (text,)


def unreadable(name: str, problems: Sequence[LazyText]) -> EditionError:
    """Make the error of a file that cannot be understood: the first problem in the sentence, all of them in the list."""
    return EditionError(
        _("The file of the edition “%(name)s” cannot be read: %(why)s", name=name, why=problems[0]), problems
    )


@dataclass(frozen=True)
class EditionPattern:
    """An access pattern of an edition: its name, its title by language, scopes by (resource, action), rules for fields."""

    name: str
    title: Title
    grants: Mapping[tuple[str, str], frozenset[str]]
    fields: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(resource, field as forms address it) to `read_only`, `masked` or `hidden`."""

    def title_in(self, locale: str) -> str:
        """Give the title in a language; English, or the name, where there is none."""
        return words_in(self.title, locale, self.name)

    @property
    def full_name(self) -> str:
        """The name under which the pattern stands on a site."""
        return f"edition.{self.name}"


@dataclass(frozen=True)
class Limits:
    """What an edition is limited to; None is without limit, and for the term: not rented by time."""

    users_at_once: int | None = None
    term_months: int | None = None
    grace_days: int | None = None
    """Days after the term in which everything still works."""
    warranty_months: int | None = None
    """Told, not enforced."""


@dataclass(frozen=True)
class Edition:
    """What a site of this edition has."""

    name: str
    title: Title
    plugins: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    patterns: tuple[EditionPattern, ...] = ()
    to_come: Mapping[str, Title] = field(default_factory=dict)
    """Plugins that belong to the edition and are not here yet, with their titles."""
    limits: Limits = Limits()
    features: Mapping[str, bool] = field(default_factory=dict)
    extends: tuple[str, ...] = ()
    """The editions that it builds upon, the nearest first."""

    def title_in(self, locale: str) -> str:
        """Give the title in a language."""
        return words_in(self.title, locale, self.name)


def words_in(title: Title, locale: str, otherwise: str) -> str:
    """Give a title in a language; English, or another word, where there is none."""
    return title.get(locale) or title.get("en") or otherwise


def stored_limits(limits: Limits) -> dict[str, int]:
    """Give the limits that there are, as the site keeps them."""
    return {name: value for name, value in vars(limits).items() if value is not None}
