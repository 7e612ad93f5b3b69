"""Kinds of documents: what each is, which values it gives, and the layout that ships with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kernel.documents.designs.language import layout_faults
from kernel.documents.designs.page import PageSettings
from kernel.documents.designs.style import style_faults
from kernel.documents.designs.values import DocumentGroup, DocumentValue, Item, sample_of, shape_of
from kernel.fa.calendar import parse_date
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.runtime import Runtime

Find = Callable[[Context, Sequence[int]], Mapping[int, Mapping[str, Any]]]
"""Gives the values of these records as the actor of the context may see them; the kernel has asked whether he may print."""

COMMON: tuple[Item, ...] = (
    DocumentGroup(
        name="own",
        title=_("Our house"),
        items=(
            DocumentValue(name="name", title=_("Our name"), sample=_("Our name")),
            DocumentValue(name="phone", title=_("Our telephone"), sample="02112345678"),
            DocumentValue(name="address", title=_("Our address"), kind="lines", sample=(_("Our address"),)),
            DocumentValue(name="lines", title=_("Lines of the letterhead"), kind="lines", sample=()),
            DocumentValue(name="logo", title=_("Whether there is a logo"), kind="flag", sample=False),
        ),
    ),
    DocumentValue(name="today", title=_("Today's date"), kind="day", sample=parse_date("1405/08/30")),
    DocumentValue(name="printed_by", title=_("Who prints it"), sample=_("Name of the user")),
)
"""What every document knows."""


@dataclass(frozen=True, kw_only=True)
class DocumentKind:
    """A kind of document whose layout a site may change.

    `body` and `style` are the layout that ships: HTML in the language of layouts, and CSS; a fault in them raises
    `ValueError` here, so that it shows when the program starts. A layout is filled once for each record.
    """

    key: str
    """Stable, unique within the plugin."""
    title: LazyText | str
    values: Sequence[Item]
    body: str
    style: str = ""
    find: Find | None = None
    """Gives the values of real records; None where another part of the program gives them."""
    resource: str = ""
    """Name of the resource of whose records it is made; its right `print` is asked."""
    page: PageSettings | None = field(default_factory=PageSettings)
    """The page that ships; None where the kind has its own, such as a sheet of labels."""
    languages: Sequence[str] = ("fa", "en")
    order: int = 500
    frame: str = "page"
    """The layout around the pieces; plugins leave it."""

    def __post_init__(self) -> None:
        """See that what ships is sound."""
        faults = [*layout_faults(self.body, self.shape), *style_faults(self.style)]
        if faults:
            said = "; ".join(f"line {each.line}: {each.message}" for each in faults[:3])
            raise ValueError(f"the layout of the document {self.key} is faulty: {said}")

    @property
    def items(self) -> tuple[Item, ...]:
        """All values: its own, then those of every document."""
        return (*self.values, *COMMON)

    @property
    def shape(self) -> dict[str, Any]:
        """What a layout may name."""
        return dict(shape_of(self.items))


def document_kinds(runtime: Runtime) -> dict[str, DocumentKind]:
    """Give the kinds of a site by their full keys, in their order: those of plugins carry the plugin's name."""
    declared = runtime.declared
    found = [each for part in declared.parts for each in part.ask("document_kinds", {}) or ()]
    found += [
        replace(answer.value, key=f"{answer.plugin}.{answer.value.key}")
        for answer in declared.declarations.of("document_kinds")
    ]
    return {each.key: each for each in sorted(found, key=lambda one: one.order)}


def kind_of(runtime: Runtime, key: str) -> DocumentKind:
    """Give a kind; raise `NotFound`."""
    kind = document_kinds(runtime).get(key)
    if kind is None:
        raise NotFound()
    return kind


def samples(context: Context, kind: DocumentKind, language: str) -> dict[str, Any]:
    """Give what a preview shows where no record was chosen."""
    return sample_of(kind.items, lambda text: context.runtime.translate(text, language))
