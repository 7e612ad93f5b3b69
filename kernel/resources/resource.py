"""A resource: the one description of a record kind. Everything generic reads it.

List, form, record page, search, autocomplete, import, export and permission names come out of this declaration; a
vertical adds only the rules of its trade.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.resources.field_rules import resource_fields
from kernel.resources.fields import Field
from kernel.resources.tabs import Tab, check_tabs
from kernel.resources.views.declaration import View, check_views

if TYPE_CHECKING:
    from kernel.extension.contributions import Action
    from kernel.resources.context import Context
    from kernel.resources.duplicates import Duplicate
    from kernel.resources.errors import Problem


@dataclass(frozen=True)
class Section:
    """A titled group of fields on the form and among the facts of the record page."""

    title: LazyText
    fields: tuple[str, ...]
    key: str = ""
    tab: str = ""
    """Key of the tab that it stands in; the first one where it is empty."""
    on_page: bool = True
    """Whether the record's page shows it; what has a block of its own there, and stands here for programs, does not."""


@dataclass(frozen=True)
class Part:
    """Rows that belong to a record and are edited on its form: phones, addresses, roles.

    `model` has the foreign key `key` to the record. `order` names the attribute they are sorted by. The part is written
    under the right to edit the record; with a `permission`, it is seen and written by those only who hold the rights `view`
    and `edit` on that besides.
    """

    name: str
    title: LazyText
    model: Any
    key: str
    fields: tuple[Field, ...]
    order: str = "id"
    prepare: Callable[[Context, Any, Mapping[str, Any]], Sequence[Problem]] | None = None
    add_title: LazyText | None = None
    most: int = 50
    on_page: bool = True
    """Whether the record's page lists the rows among its facts; what has a block of its own there does not."""
    permission: str = ""
    removable: bool = True
    """Whether a form may take rows away; where not, they end by a command of their own."""
    only: Callable[[Any], ColumnElement[bool]] | None = None
    """Narrows the rows of the form; the others are left as they are."""
    ruled: bool = True
    """Whether access patterns may have rules for single fields; False for what has a block or pages of its own."""
    first: Callable[[Any], ColumnElement[Any]] | None = None
    """What rows are sorted by before `order`, largest first."""
    tab: str = ""
    """Key of the tab that it stands in; the first one where it is empty."""

    def field(self, name: str) -> Field:
        """Give a field of the sub-row by its name; raise `KeyError`."""
        return {item.name: item for item in self.fields}[name]


@dataclass(frozen=True)
class Sort:
    """A declared order of the list, backed by an index that ends in the id.

    `columns` are attribute names compared ascending; `nulls` says that the first may be empty (rows with a value come
    first, then those without, as a second stream).
    """

    name: str
    title: LazyText
    columns: tuple[str, ...]
    descending: bool = False
    nulls: bool = False
    private: bool = False


@dataclass(frozen=True)
class Search:
    """Which stored keys a resource is searched by.

    `key` holds folded names and public codes; `private` holds phones and identity numbers, searched only by those who may
    see these fields. `label` is the folded name alone, for exact hits. `scan` names the field whose whole value, as a card
    reader types it, finds its record alone. `held` names the fields that stand in `key` beside the label.
    """

    key: str = "search_key"
    private: str | None = None
    scan: str | None = None
    held: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facet:
    """A plugin's own 1:1 table about a record of `resource`, joined by the kernel into form, list, search and export.

    `model` has a unique foreign key `key`. It is visible where the record is and where the actor has the right `permission`.
    Fields are addressed as `<plugin>.<field>`; facets of the kernel itself carry a name of their own in place of a plugin's.
    """

    resource: str
    plugin: str
    title: LazyText
    model: Any
    key: str
    fields: tuple[Field, ...]
    permission: str
    when: Callable[[Any], bool] | None = None
    order: int = 50
    sorts: tuple[str, ...] = ()
    """Fields that an index (field, key) backs: lists of any size may be sorted by them."""
    prepare: Callable[[Context, Mapping[int, Mapping[str, Any]]], Mapping[int, Sequence[Problem]]] | None = (
        None
    )
    """Called with the typed values that are new to records, by the records' ids, after their parts are written; gives the
    problems of each."""
    tab: str = ""
    """Key of a tab of the resource that it stands in. Where it is empty and the form has tabs, it has one of its plugin's
    own there; the record's page shows it among the facts."""

    def __post_init__(self) -> None:
        conditions_known(f"{self.resource}, {self.plugin}", self.fields)

    def qualified(self, name: str) -> str:
        """Give the name under which lists and forms address the field."""
        return f"{self.plugin}.{name}"


@dataclass(frozen=True)
class Charge:
    """Rows of a resource's model whose `column` names a user who is in charge of them, and which another may take over.

    `along` is a column that refers to another record: where that is handed over, rows of the same user go along.
    `when` narrows to the rows that still matter, such as appointments to come.
    """

    column: str
    along: str | None = None
    when: Callable[[Context, Any], ColumnElement[bool]] | None = None


@dataclass(frozen=True, kw_only=True)
class Resource:
    """The declaration of a record kind.

    `permission` is the name that grants speak of (persons and organisations share `party`). `path` is the part of the URL
    (`persons`, `medical/doctors`). `only` narrows the model's rows to this kind. `prepare` is called with the record
    and the values that changed, before it is written: it computes keys and applies the trade's rules, and returns problems.
    `fixed` are attribute values that every new record of this kind carries. `constraints` maps names of database
    constraints to the field and message that a user understands. `owner` is the attribute set to the creating user.
    """

    name: str
    model: Any
    title: LazyText
    plural: LazyText
    path: str
    fields: tuple[Field, ...]
    permission: str = ""
    icon: str = "file"
    faces: bool = False
    """Whether the names are of persons or firms: their initials, or a picture, stand beside them in lists."""
    label: str = "name"
    list_columns: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    tabs: tuple[Tab, ...] = ()
    """Tabs of the form and of the record's page, after the first one, which holds what names none."""
    parts: tuple[Part, ...] = ()
    told: tuple[Part, ...] = ()
    """Rows that commands of their own write: not on the form, but named in the record's history by these fields."""
    sorts: tuple[Sort, ...] = ()
    search: Search | None = None
    unruled: tuple[str, ...] = ()
    """Fields that no access pattern keeps from those who see the record: what the label is made of, by which every page
    names it, and what pages of the plugin's own draw without asking."""
    quick_filters: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()
    """Fields of the short form by which a record is made in place, from a field that links to such records; besides those
    that are required. The field of the label where none is named."""
    only: Callable[[Any], ColumnElement[bool]] | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    prepare: Callable[[Context, Any, Mapping[str, Any]], Sequence[Problem]] | None = None
    written: Callable[[Context, Any], None] | None = None
    constraints: Mapping[str, tuple[str | None, LazyText]] = field(default_factory=dict)
    owner: str | None = None
    handed: Callable[[Context, Sequence[int], int | None, int | None], None] | None = None
    """Told of records that went from one user in charge to another, in the same transaction and with a context of the
    system, by whatever way: the form, the list, a user who leaves. Called with their ids, the former and the new user."""
    charges: tuple[Charge, ...] = ()
    """Further columns that name who is in charge; `owner` is one of itself, and named here only to go along with others."""
    importable: bool = False
    duplicates: Callable[[Context, Sequence[Mapping[str, Any]]], Sequence[Sequence[Duplicate]]] | None = None
    """Duplicates of each of several sets of values, asked in one go: a sequence of hits per set."""
    identities: tuple[str, ...] = ()
    """Fields that say "the same record" in an import: running a file again creates nothing new."""
    former: Callable[[Context, Mapping[str, Collection[Any]]], Iterable[tuple[str, Any, int]]] | None = None
    """Identities that records have from others merged into them: asked with the values wanted by field name, answers with
    name, value and the record that bears it now."""
    same_without_identity: tuple[str, ...] = ()
    """Fields that together say "the same record" where a row of an import has none of the identities: name and birth
    date, compared folded. A row that lacks one of them is not judged by them. Texts alone must make up the label."""
    import_fields: tuple[Field, ...] = ()
    """Further columns of an import that only `bulk_create` understands, such as the street of the main address."""
    bulk_create: Callable[[Context, Sequence[Mapping[str, Any]]], Sequence[int]] | None = None
    """Create many records in a constant number of statements and give their ids in order.

    Each mapping holds typed values by field name (facet fields as `plugin.field`). The same checks as for one record,
    `validate` called once with all; `Invalid` names every bad record by `Problem.row`, its place in the sequence, and then
    nothing is written. History is written and plugins are told. Without it the kernel's own form creates them."""
    overview: bool = False
    """Lists records that have resources of their own (the phone book): home page and search name them as those."""
    reachable: bool = False
    """Whether messages can be sent to such records, so that sending is a right on them."""
    event: str | None = None
    """Hook of the kind `publish` that is told of every change, with `action`: created, changed, binned, restored, purged."""
    follow: Callable[[Context, Sequence[int], str], None] | None = None
    """Called in the transaction of every change after it was written, with ids and action as `event` has them: for what must
    be right at once, such as a sum over records. Of purged records nothing is left to be read."""
    editable: bool = True
    page: str = ""
    """Address of the record's page where it has one of its own, with `{id}`; the generic one leads there."""
    new: str = ""
    """Address of the page on which a record is made, where commands alone make it: the button of the list leads there."""
    actions: Callable[[Context, int], Sequence[Action]] | None = None
    """Buttons of the record's page, asked with its number; those are shown whose right the reader holds."""
    help: LazyText | str = ""
    """Help on its pages: what the records are for, and how one works with them."""
    menu: int | None = None
    """Place of the list in the main menu, smaller first; None: no entry of its own."""
    description: Callable[[Context, Any], str] | None = None
    """One line about a record beside its label in search results: phone, city."""
    views: tuple[View, ...] = ()
    """Other ways to look at the list: board, calendar."""

    def __post_init__(self) -> None:
        names = [item.name for item in self.fields]
        if len(set(names)) != len(names):
            raise ValueError(f"resource {self.name}: a field is declared twice")
        known = set(names)
        for wanted in (
            *self.list_columns,
            *(n for s in self.sections for n in s.fields),
            *self.quick_filters,
            *self.quick,
            *self.same_without_identity,
        ):
            if wanted not in known:
                raise ValueError(f"resource {self.name}: unknown field {wanted}")
        conditions_known(self.name, self.fields)
        for part in self.parts:
            conditions_known(f"{self.name}, {part.name}", part.fields)
        if not self.permission:
            object.__setattr__(self, "permission", self.name)
        check_views(self)
        check_tabs(self)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Fields by name."""
        return {item.name: item for item in self.fields}

    @property
    def table(self) -> str:
        """Full name of the table: what history calls the subject."""
        return str(self.model.__table__.fullname)

    @property
    def default_sort(self) -> Sort:
        """The first declared sort; by id, newest first, where none is declared."""
        return self.sorts[0] if self.sorts else NEWEST

    def label_column(self) -> InstrumentedAttribute[Any]:
        """Give the attribute that names a record for people."""
        attribute: InstrumentedAttribute[Any] = getattr(self.model, self.label)
        return attribute

    def label_text(self, value: Any, context: Context) -> str:
        """Give the label as people read it: by the field that stands for the attribute, where there is one."""
        for item in self.fields:
            if item.attribute == self.label:
                return item.show(value, context)
        return "" if value is None else str(value)

    def label_condition(self, text: str) -> ColumnElement[bool]:
        """Build the condition "is called exactly so", spelling and spaces folded."""
        column = getattr(self.model, self.search.key) if self.search else self.label_column()
        wanted = squeeze(text)
        condition: ColumnElement[bool] = (column == wanted) | column.like(f"{wanted}|%")
        return condition

    def visible_fields(self, context: Context) -> list[Field]:
        """Give the fields as the actor has them: those hidden from him are missing, masked ones show their last letters."""
        return resource_fields(context, self)


def conditions_known(where: str, fields: Sequence[Field]) -> None:
    """Raise `ValueError` for a field that applies by one that is not beside it, or that itself applies at times only."""
    by_name = {item.name: item for item in fields}
    for item in fields:
        other = by_name.get(item.when.field) if item.when is not None else item
        if other is None or (item.when is not None and other.when is not None):
            raise ValueError(f"resource {where}: {item.name} applies by a field that cannot decide it")


NEWEST = Sort("newest", _("Newest first"), ("id",), descending=True)
"""The order that every table has."""
