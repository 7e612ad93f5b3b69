"""The catalogue: groups, goods and services with variants and barcodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from kernel.api import (
    Context,
    Invalid,
    Part,
    Problem,
    Resource,
    Search,
    Section,
    Sort,
    Tree,
    _,
    fields,
    sort_key,
    squeeze,
)
from plugins.sales.models import Barcode, Component, Item, ItemGroup, Suggestion, Variant
from plugins.sales.words import (
    COLOURS,
    DESIGNS,
    ITEM_KINDS,
    PROFIT_CLASSES,
    SIZES,
    SUGGESTED,
    TAX_CLASSES,
    UNITS,
)

MOST_VARIANTS = 200
MOST_SUGGESTIONS = 30


def prepare_group(context: Context, group: ItemGroup, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys."""
    group.search_key = squeeze(group.title or "")
    group.sort_key = sort_key(group.title or "")
    return []


def prepare_item(context: Context, item: Item, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys; services have no serial numbers."""
    item.search_key = f"{squeeze(item.title or '')}|{squeeze(item.code or '')}"
    item.sort_key = sort_key(item.title or "")
    if item.kind == "service":
        item.serial = False
    return []


def prepare_variant(context: Context, variant: Variant, values: Mapping[str, Any]) -> list[Problem]:
    """A variant differs in something; its whole title is made once the item is written."""
    if variant.size_id is None and variant.design_id is None and variant.colour_id is None:
        return [Problem("size", _("Say in what the variant differs: size, design or colour."))]
    variant.title = variant.title or ""
    variant.search_key = variant.search_key or ""
    return []


def item_written(context: Context, item: Item) -> None:
    """Name the variants after the item, and let the item be found by its barcodes."""
    session = context.session
    session.flush()
    for variant in session.scalars(select(Variant).where(Variant.item_id == item.id)):
        words = [
            field.show(getattr(variant, column), context)
            for column, field in _NAMING
            if getattr(variant, column) is not None
        ]
        variant.title = " · ".join([item.title, *words])
        variant.search_key = f"{squeeze(variant.title)}|{squeeze(item.code)}"
    codes = session.scalars(select(Barcode.code).where(Barcode.item_id == item.id).order_by(Barcode.id))
    item.search_key = "|".join([squeeze(item.title), squeeze(item.code), *(squeeze(code) for code in codes)])
    session.flush()
    _check_set(context, item)


def _check_set(context: Context, item: Item) -> None:
    """Sets are not made of sets: what a set holds is read in one step."""
    above, below = aliased(Component), aliased(Component)
    nested = select(above.id).join(below, below.item_id == above.component_id)
    mine = nested.where(or_(above.item_id == item.id, below.item_id == item.id)).limit(1)
    if context.session.scalar(mine) is not None:
        raise Invalid([Problem(None, _("A set is not made of sets: choose the goods that it holds."))])


SIZE = fields.BaseChoice("size", _("Size"), source=SIZES, attribute="size_id")
DESIGN = fields.BaseChoice("design", _("Design"), source=DESIGNS, attribute="design_id")
COLOUR = fields.BaseChoice("colour", _("Colour"), source=COLOURS, attribute="colour_id")
_NAMING = (("size_id", SIZE), ("design_id", DESIGN), ("colour_id", COLOUR))

GROUP = Resource(
    name="sales.item_group",
    model=ItemGroup,
    title=_("Product group"),
    plural=_("Product groups"),
    path="sales/groups",
    icon="sitemap",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.Link("parent", _("Stands beneath"), to="sales.item_group", attribute="parent_id"),
        fields.LongText("note", _("Note"), limit=1000),
    ),
    list_columns=("title", "parent", "note"),
    sections=(Section(_("Product group"), ("title", "parent", "note")),),
    sorts=(Sort("title", _("Title"), ("sort_key",)),),
    search=Search(),
    prepare=prepare_group,
    importable=True,
    same_without_identity=("title",),
    views=(Tree(parent="parent"),),
)

ITEM = Resource(
    name="sales.item",
    model=Item,
    title=_("Good or service"),
    plural=_("Goods and services"),
    path="sales/items",
    icon="package",
    label="title",
    unruled=("title", "code"),
    fields=(
        fields.Text("title", _("Title"), required=True, limit=150),
        fields.Code("code", _("Code"), required=True, limit=40),
        fields.Choice("kind", _("Kind"), options=ITEM_KINDS, required=True, default="goods"),
        fields.Link("group", _("Product group"), to="sales.item_group", attribute="group_id"),
        fields.BaseChoice("unit", _("Unit"), source=UNITS, attribute="unit_id"),
        fields.Money(
            "sale_price",
            _("Sale price"),
            least=0,
            help=_("In Rials for one unit, where no price list says otherwise."),
        ),
        fields.Money(
            "purchase_price", _("Purchase price"), least=0, sensitive=True, help=_("In Rials, for one unit.")
        ),
        fields.Choice(
            "tax_class", _("Value added tax"), options=TAX_CLASSES, required=True, default="standard"
        ),
        fields.Code(
            "public_code",
            _("Code of the tax office"),
            limit=13,
            help=_("Thirteen digits of the good or service."),
        ),
        fields.BaseChoice(
            "profit_class", _("Profitability"), source=PROFIT_CLASSES, attribute="profit_class_id"
        ),
        fields.YesNo(
            "serial",
            _("Has serial numbers"),
            default=False,
            help=_("Lines of documents then name the serial number of each piece."),
        ),
        fields.UserLink(
            "expert",
            _("Expert who carries it out"),
            attribute="expert_id",
            when=fields.When("kind", ("service",)),
        ),
        fields.YesNo("active", _("On offer"), default=True),
        fields.LongText("description", _("Description"), limit=4000),
    ),
    list_columns=("title", "code", "kind", "group", "unit", "sale_price", "active"),
    sections=(
        Section(_("Good or service"), ("title", "code", "kind", "group", "unit", "active", "expert")),
        Section(
            _("Price and tax"), ("sale_price", "purchase_price", "tax_class", "public_code", "profit_class")
        ),
        Section(_("Further"), ("serial", "description")),
    ),
    parts=(
        Part(
            "variants",
            _("Variants"),
            Variant,
            "item_id",
            (
                SIZE,
                DESIGN,
                COLOUR,
                fields.Money(
                    "sale_price", _("Own price"), least=0, help=_("In Rials."), same_as=("sale_price",)
                ),
                fields.YesNo("active", _("On offer"), default=True),
            ),
            prepare=prepare_variant,
            add_title=_("Add a variant"),
            most=MOST_VARIANTS,
            ruled=False,
        ),
        Part(
            "barcodes",
            _("Barcodes of the good"),
            Barcode,
            "item_id",
            (
                fields.Code("code", _("Barcode"), required=True, limit=40),
                fields.Link("variant", _("Of the variant"), to="sales.variant", attribute="variant_id"),
            ),
            add_title=_("Add a barcode"),
            most=MOST_VARIANTS,
            ruled=False,
        ),
        Part(
            "components",
            _("What the set holds"),
            Component,
            "item_id",
            (
                fields.Link(
                    "component",
                    _("Good or service"),
                    to="sales.item",
                    attribute="component_id",
                    required=True,
                ),
                fields.Link("variant", _("Of the variant"), to="sales.variant", attribute="variant_id"),
                fields.Decimal(
                    "quantity", _("Quantity"), places=3, least=0, most=10**6, required=True, default=1
                ),
            ),
            add_title=_("Add a good to the set"),
            most=MOST_VARIANTS,
            ruled=False,
        ),
        Part(
            "suggestions",
            _("Offered beside it"),
            Suggestion,
            "item_id",
            (
                fields.Link(
                    "offered", _("Good or service"), to="sales.item", attribute="offered_id", required=True
                ),
                fields.Choice(
                    "kind", _("How it is offered"), options=SUGGESTED, required=True, default="side"
                ),
                fields.Whole("position", _("Order of offers"), default=0, least=0, most=10_000),
                fields.Text(
                    "words", _("Words for the customer"), limit=200, help=_("What the seller tells with it.")
                ),
            ),
            order="position",
            add_title=_("Add an offer"),
            most=MOST_SUGGESTIONS,
            on_page=False,
            ruled=False,
        ),
    ),
    sorts=(Sort("title", _("Title"), ("sort_key",)),),
    search=Search(held=("code",)),
    quick_filters=("kind", "group", "active"),
    quick=("title", "code", "sale_price"),
    prepare=prepare_item,
    written=item_written,
    importable=True,
    identities=("code",),
    constraints={
        "uq_item_code": ("code", _("Another good or service has this code.")),
        "uq_barcode_code": (None, _("This barcode belongs to another good already.")),
        "uq_component_item_id": (None, _("This good stands in the set already.")),
        "uq_suggestion_item_id": (None, _("This good is offered already.")),
        "ck_suggestion_other": (None, _("A good is not offered beside itself.")),
        "ck_component_quantity": (None, _("The quantity must be more than zero.")),
        "ck_component_other": (None, _("A set does not hold itself.")),
        "uq_variant_item_id": (None, _("This variant is there already.")),
    },
)

VARIANT = Resource(
    name="sales.variant",
    model=Variant,
    permission="sales.item",
    title=_("Variant"),
    plural=_("Variants"),
    path="sales/variants",
    icon="packages",
    label="title",
    unruled=("title",),
    fields=(
        fields.Text("title", _("Title"), read_only=True),
        fields.Link("item", _("Good or service"), to="sales.item", attribute="item_id", read_only=True),
        fields.BaseChoice("size", _("Size"), source=SIZES, attribute="size_id", read_only=True),
        fields.BaseChoice("design", _("Design"), source=DESIGNS, attribute="design_id", read_only=True),
        fields.BaseChoice("colour", _("Colour"), source=COLOURS, attribute="colour_id", read_only=True),
        fields.Money("sale_price", _("Own price"), read_only=True),
        fields.YesNo("active", _("On offer"), read_only=True),
    ),
    list_columns=("title", "item", "size", "design", "colour", "sale_price", "active"),
    sections=(Section(_("Variant"), ("title", "item", "size", "design", "colour", "sale_price", "active")),),
    sorts=(Sort("title", _("Title"), ("title",)),),
    search=Search(),
    quick_filters=("item", "active"),
    editable=False,
)
