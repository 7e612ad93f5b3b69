"""A definition as the runtime uses it, and the field that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.fa.locales import is_persian
from kernel.i18n import LazyText
from kernel.i18n.catalogue import Translations
from kernel.resources.fields import When
from kernel.resources.user_fields.kinds import KINDS, WithOptions
from kernel.resources.user_fields.models import UserField
from kernel.resources.user_fields.stored import InUserValues


@dataclass(frozen=True, slots=True)
class OwnText(LazyText):
    """Words that a site wrote itself, in Persian and perhaps in English; no catalogue knows them."""

    english: str = ""

    def render(self, translations: Translations) -> str:
        """Give the English words on pages in another language than Persian, where there are any."""
        return self.message if is_persian(translations.locale) or not self.english else self.english


@dataclass(frozen=True)
class Option:
    """An option of a choice; one out of use stays readable."""

    key: str
    title: str
    title_en: str = ""
    active: bool = True

    @classmethod
    def of(cls, stored: Any) -> Option | None:
        """Read a stored option; None for anything that is none."""
        if not isinstance(stored, dict):
            return None
        key, title, title_en = (stored.get(name, "") for name in ("key", "title", "title_en"))
        if not (isinstance(key, str) and isinstance(title, str) and isinstance(title_en, str) and key):
            return None
        return cls(key, title, title_en, active=stored.get("active") is not False)

    def stored(self) -> dict[str, Any]:
        """What the definition keeps."""
        return {"key": self.key, "title": self.title, "title_en": self.title_en, "active": self.active}


@dataclass(frozen=True)
class Definition:
    """A defined field, out of its row."""

    id: int
    key: str
    subject: str
    resources: tuple[str, ...]
    kind: str
    title: str
    title_en: str = ""
    help: str = ""
    section: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    default_value: Any = None
    flags: frozenset[str] = frozenset()
    """Names of the flags that are set, as the columns are called."""
    retired: bool = False

    @property
    def words(self) -> OwnText:
        """The title in both languages."""
        return OwnText(self.title, english=self.title_en)

    @property
    def options(self) -> tuple[Option, ...]:
        """The options of a choice, in their order."""
        stored = self.parameters.get("options")
        found = (Option.of(each) for each in stored) if isinstance(stored, list) else ()
        return tuple(option for option in found if option is not None)

    @property
    def target(self) -> str:
        """The resource that a link leads to; empty for other kinds."""
        found = self.parameters.get("to")
        return found if isinstance(found, str) else ""

    @property
    def when(self) -> When | None:
        """While another field holds which of its options this one is asked; None: always."""
        stored = self.parameters.get("when")
        if not isinstance(stored, dict):
            return None
        name, values = stored.get("field"), stored.get("values")
        if not (isinstance(name, str) and isinstance(values, list) and values):
            return None
        return When(name, tuple(str(each) for each in values))

    def has(self, flag: str) -> bool:
        """Say whether a flag is set."""
        return flag in self.flags

    def make(self) -> InUserValues:
        """Make the field; `KeyError`, `TypeError` or `ValueError` where the row makes no sense."""
        kind = KINDS[self.kind]
        options: dict[str, Any] = kind.fixed()
        for name in ("least", "most", "places", "limit"):
            if type(self.parameters.get(name)) is int:
                options[name] = self.parameters[name]
        if kind.options:
            options["options"] = {
                each.key: OwnText(each.title, english=each.title_en) for each in self.options
            }
        if kind.links:
            options["to"] = self.target
        sensitive = self.has("sensitive")
        made = kind.make(
            self.key,
            self.words,
            required=self.has("required"),
            help=OwnText(self.help) if self.help else None,
            # Who may see a sensitive field is asked before; its values stand in no search key.
            private=(self.has("private") or kind.always_private) and not sensitive,
            sensitive=sensitive,
            filterable=self.has("filterable"),
            in_list=self.has("in_list"),
            when=self.when,
            **options,
        )
        made.field_id = self.id
        made.searchable = self.has("searchable") and kind.may_be_searched and not sensitive
        made.unique = self.has("unique_values") and kind.may_be_unique
        if self.default_value is not None:
            made.default = made.decode(self.default_value)
        if isinstance(made, WithOptions):
            made.out_of_use = frozenset(each.key for each in self.options if not each.active)
        return made


FLAGS = (
    "required",
    "unique_values",
    "private",
    "sensitive",
    "searchable",
    "in_list",
    "in_columns",
    "filterable",
    "quick_filter",
)


def definition_of(row: UserField) -> Definition:
    """Read a row."""
    return Definition(
        id=row.id,
        key=row.key,
        subject=row.subject,
        resources=tuple(row.resources),
        kind=row.kind,
        title=row.title,
        title_en=row.title_en or "",
        help=row.help or "",
        section=row.section or "",
        parameters=row.parameters if isinstance(row.parameters, dict) else {},
        default_value=row.default_value,
        flags=frozenset(name for name in FLAGS if getattr(row, name)),
        retired=row.retired_at is not None,
    )


def read_definitions(session: Session) -> tuple[Definition, ...]:
    """Read all definitions, in their order, with a session of the system; those out of use too."""
    statement = select(UserField).order_by(UserField.position, UserField.id)
    return tuple(definition_of(row) for row in session.execute(statement).scalars())
