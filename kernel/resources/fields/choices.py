"""Fields whose value is chosen: from fixed options, from base data, from another resource, from the users."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from kernel.fa.digits import stored_number, to_ascii_digits
from kernel.fa.text import clean, search_key
from kernel.i18n import LazyText, _
from kernel.resources.fields.base import Field, FieldError
from kernel.resources.fields.texts import alphabetical

if TYPE_CHECKING:
    from kernel.resources.context import Context


class Choice(Field):
    """One of a fixed set: `options` maps the stored key to its title; `colours` maps keys to badge colours."""

    kind = "choice"
    widget = "select"
    operators: ClassVar[Sequence[str]] = ("is", "is_not", "any", "empty", "filled")

    def __init__(
        self,
        *args: Any,
        options: Mapping[str, LazyText],
        colours: Mapping[str, str] | None = None,
        **other: Any,
    ) -> None:
        super().__init__(*args, **other)
        self.options = dict(options)
        self.colours = dict(colours or {})

    def parse(self, raw: Any, context: Context) -> str:
        """Take the key, or the title in English or the context's language."""
        text = str(raw).strip()
        if text in self.options:
            return text
        wanted = search_key(text)
        for key, title in self.options.items():
            if wanted in (search_key(str(title)), search_key(context.text(title)), search_key(key)):
                return key
        raise FieldError(_("%(field)s has no choice called “%(text)s”.", field=self.title, text=text[:60]))

    def show(self, value: Any, context: Context) -> str:
        """The title."""
        if value is None:
            return ""
        title = self.options.get(value)
        return str(value) if title is None else context.text(title)

    def fill(self, value: Any, context: Context) -> str:
        """The key."""
        return "" if value is None else str(value)

    def choices(self, context: Context) -> list[tuple[str, str]]:
        """Pairs of key and title, for a form control."""
        return [(key, context.text(title)) for key, title in self.options.items()]

    def schema(self) -> dict[str, Any]:
        """A string out of the keys."""
        return {"type": "string", "enum": list(self.options)}


class Lookup(Field):
    """Base of fields that store the id of another row, shown by that row's label."""

    widget = "lookup"
    operators: ClassVar[Sequence[str]] = ("is", "is_not", "any", "empty", "filled")

    def parse(self, raw: Any, context: Context) -> int:
        """Take an id of a row that the actor may see, or a label that names exactly one."""
        if isinstance(raw, int) and not isinstance(raw, bool):
            return self._known(raw, context)
        number = stored_number(to_ascii_digits(str(raw)).strip())
        if number is not None and self.labels([number], context):
            return number
        found = self.find(clean(str(raw)), context)
        if len(found) == 1:
            return found[0]
        if found:
            raise FieldError(
                _("%(field)s: several are called “%(text)s”.", field=self.title, text=str(raw)[:60])
            )
        raise FieldError(_("%(field)s: there is no “%(text)s”.", field=self.title, text=str(raw)[:60]))

    def _known(self, number: int, context: Context) -> int:
        if not self.labels([number], context):
            raise FieldError(_("%(field)s was not found.", field=self.title))
        return number

    @property
    def source_of_labels(self) -> Hashable:
        """What fields have in common whose labels can be asked for together."""
        return id(self)

    def labels(self, ids: Sequence[int], context: Context) -> dict[int, str]:
        """Give the labels of those rows that the actor may see; one query."""
        raise NotImplementedError

    def find(self, text: str, context: Context) -> list[int]:
        """Give the ids of the rows called exactly so, at most two."""
        raise NotImplementedError

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[tuple[int, str]]:
        """Give rows whose label fits what was typed, for autocomplete."""
        raise NotImplementedError

    def show(self, value: Any, context: Context) -> str:
        """The label of one row; lists fetch labels for a whole page instead."""
        return "" if value is None else self.labels([value], context).get(value, "")

    def fill(self, value: Any, context: Context) -> str:
        """The id."""
        return "" if value is None else str(value)

    def schema(self) -> dict[str, Any]:
        """An id."""
        return {"type": "integer"}


class BaseChoice(Lookup):
    """One value of a base-data list (`source`), extended by users in place where they have the right."""

    kind = "base_choice"
    widget = "base_choice"

    def __init__(self, *args: Any, source: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.source = source

    def labels(self, ids: Sequence[int], context: Context) -> dict[int, str]:
        """Titles, out of the runtime's cache for the epoch of base data."""
        from kernel.resources.base_data import titles

        return titles(context, self.source, ids)

    def find(self, text: str, context: Context) -> list[int]:
        """By folded title."""
        from kernel.resources.base_data import find

        return find(context, self.source, text)

    def order(self, column: ColumnElement[Any], context: Context) -> ColumnElement[Any] | None:
        """By title."""
        from kernel.resources.models import BaseValue

        value = aliased(BaseValue)
        return select(alphabetical(value.title)).where(value.id == column).scalar_subquery()

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[tuple[int, str]]:
        """Active values in their order."""
        from kernel.resources.base_data import suggest

        return suggest(context, self.source, text, limit)


class Link(Lookup):
    """A link to a record of another resource, named by `to`; only records that the actor may see can be chosen."""

    kind = "link"

    def __init__(self, *args: Any, to: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.to = to

    @property
    def source_of_labels(self) -> Hashable:
        """All links to one resource are read together."""
        return (Link, self.to)

    def labels(self, ids: Sequence[int], context: Context) -> dict[int, str]:
        """As on the records' own pages; one query for all ids."""
        resource = context.runtime.resource(self.to)
        model: Any = resource.model
        statement = select(model.id, resource.label_column()).where(model.id.in_(list(ids)))
        if resource.only is not None:
            statement = statement.where(resource.only(model))
        return {row[0]: resource.label_text(row[1], context) for row in context.session.execute(statement)}

    def find(self, text: str, context: Context) -> list[int]:
        """By folded label, or by a unique code that the resource declares."""
        resource = context.runtime.resource(self.to)
        model: Any = resource.model
        if resource.search is None:
            return []
        statement = select(model.id).where(resource.label_condition(text)).limit(2)
        if resource.only is not None:
            statement = statement.where(resource.only(model))
        return list(context.session.execute(statement).scalars())

    def order(self, column: ColumnElement[Any], context: Context) -> ColumnElement[Any] | None:
        """By the label of the linked record; those that the actor may not see count as empty."""
        resource = context.runtime.resource(self.to)
        linked = aliased(resource.model)
        label = getattr(linked, resource.label)
        return select(alphabetical(label)).where(linked.id == column).scalar_subquery()

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[tuple[int, str]]:
        """By the resource's own search."""
        from kernel.resources.lists import suggestions

        return suggestions(context, context.runtime.resource(self.to), text, limit)


class UserLink(Lookup):
    """A user of the site: responsible expert, doctor's sign-in."""

    kind = "user"
    widget = "lookup"

    def labels(self, ids: Sequence[int], context: Context) -> dict[int, str]:
        """Display names: who works here is no secret among users."""
        from kernel.access.models import UserAccount

        actor = context.actor
        if actor.kind == "user" and actor.user_id is not None and set(ids) <= {actor.user_id}:
            return {actor.user_id: actor.name} if ids else {}
        statement = select(UserAccount.id, UserAccount.display_name).where(UserAccount.id.in_(list(ids)))
        with context.system("names of users") as system:
            return {row[0]: row[1] for row in system.session.execute(statement)}

    def find(self, text: str, context: Context) -> list[int]:
        """By user name or display name."""
        from kernel.access.models import UserAccount

        statement = (
            select(UserAccount.id)
            .where((UserAccount.username == text.strip()) | (UserAccount.display_name == text.strip()))
            .limit(2)
        )
        with context.system("names of users") as system:
            return list(system.session.execute(statement).scalars())

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[tuple[int, str]]:
        """Active users whose name holds what was typed."""
        from kernel.access.models import UserAccount

        wanted = search_key(text)
        statement = (
            select(UserAccount.id, UserAccount.display_name)
            .where(UserAccount.active)
            .order_by(UserAccount.display_name)
        )
        with context.system("names of users") as system:
            rows = [(row[0], row[1]) for row in system.session.execute(statement)]
        return [row for row in rows if wanted in search_key(row[1])][:limit]


def labels_behind(held: Iterable[tuple[Lookup, Iterable[int]]], context: Context) -> list[Mapping[int, str]]:
    """Give for each field the labels of the ids that it holds, in the order given.

    One query for all links to the same resource, however many fields there are.
    """
    pairs = [(item, set(ids)) for item, ids in held]
    wanted: dict[Hashable, tuple[Lookup, set[int]]] = {}
    for item, ids in pairs:
        wanted.setdefault(item.source_of_labels, (item, set()))[1].update(ids)
    found = {
        source: item.labels(sorted(ids), context) if ids else {} for source, (item, ids) in wanted.items()
    }
    return [found[item.source_of_labels] for item, _ids in pairs]
