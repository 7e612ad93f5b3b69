"""Which price a line begins with, and the words that say how it came about.

Of the price lists that hold on the document's day, are meant for the customer's level or for everybody, and have the
good for a quantity below the wanted one, the first counts in this order: those of the customer's own level, then the
one that began latest. Within a list the price of the variant goes before that of the good, and that for the larger
quantity before the smaller. Without a list the variant's own price holds, then the good's. From a price of sale the
discount of the customer's level is taken, unless the list is the level's own. The level is what is agreed with the
customer, else the best of those whose segment finds him. A set that has no price of its own costs what it holds. At last
other plugins are asked (hook `price`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import or_, select

from kernel.api import CommandError, Context, LazyText, Price, _, ask_price, fields, segment_ids
from plugins.sales.models import Component, CustomerTerms, Item, Level, PriceLine, PriceList, TaxRate, Variant
from plugins.sales.pricing import HALF_UP, rounded
from plugins.sales.resources import ITEM

SALE = "sale"
_QUANTITY = fields.Decimal("above", _("Above the quantity"), places=3)
_PERCENT = fields.Percent("percent", _("Percent"))


@dataclass
class PriceBook:
    """All that prices of some goods on a day depend on, read in a few statements for all lines of a document."""

    context: Context
    direction: str
    day: date
    party_id: int | None
    items: dict[int, Item] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    lines: dict[int, list[tuple[PriceLine, PriceList]]] = field(default_factory=dict)
    level: Level | None = None
    rates: dict[str, Decimal] = field(default_factory=dict)
    sets: dict[int, list[Component]] = field(default_factory=dict)

    def price(self, item_id: int, variant_id: int | None, quantity: Decimal) -> Price | None:
        """Give the price of one unit, other plugins asked; None where nobody knows one."""
        base = self.own_price(item_id, variant_id, quantity)
        if self.direction != SALE:
            return base
        return ask_price(
            self.context,
            item_id,
            party_id=self.party_id,
            quantity=quantity,
            day=self.day,
            variant_id=variant_id,
            base=base,
        )

    def own_price(self, item_id: int, variant_id: int | None, quantity: Decimal) -> Price | None:
        """Give the price by the lists, with the discount of the customer's level."""
        found = self._listed(item_id, variant_id, quantity)
        if found is None:
            plain = self._plain(item_id, variant_id)
            return self._of_parts(item_id, quantity) if plain is None else self._less_level(plain)
        line, of = found
        words = (
            _(
                "List “%(list)s”, above %(above)s",
                list=of.title,
                above=_QUANTITY.show(line.above, self.context),
            )
            if line.above
            else _("List “%(list)s”", list=of.title)
        )
        price = Price(line.price, words)
        return price if of.level_id is not None else self._less_level(price)

    def tax_percent(self, item_id: int | None) -> Decimal:
        """Give the percentage of tax on a good; what is no good of the catalogue bears the standard rate."""
        item = self.items.get(item_id) if item_id is not None else None
        return self.rates.get("standard" if item is None else item.tax_class, Decimal(0))

    def _listed(
        self, item_id: int, variant_id: int | None, quantity: Decimal
    ) -> tuple[PriceLine, PriceList] | None:
        fitting = [
            (line, of)
            for line, of in self.lines.get(item_id, ())
            if line.variant_id in (None, variant_id) and (line.above < quantity or not line.above)
        ]
        return max(fitting, key=_precedence, default=None)

    def _plain(self, item_id: int, variant_id: int | None) -> Price | None:
        item, variant = self.items.get(item_id), self.variants.get(variant_id or 0)
        if item is None:
            return None
        if self.direction != SALE:
            return self._bought_at(item)
        if variant is not None and variant.sale_price is not None:
            return Price(variant.sale_price, _("Own price of the variant"))
        return None if item.sale_price is None else Price(item.sale_price, _("Price in the catalogue"))

    def _of_parts(self, item_id: int, quantity: Decimal) -> Price | None:
        """Give the sum of what a set holds, each at the price of as much as all the sets together hold; None for no set."""
        total, held = Fraction(0), self.sets.get(item_id, ())
        for part in held:
            price = self._part_price(part, quantity * part.quantity)
            if price is None:
                return None
            total += price.unit * Fraction(part.quantity)
        return Price(rounded(total, HALF_UP), _("Sum of what the set holds")) if held else None

    def _part_price(self, part: Component, quantity: Decimal) -> Price | None:
        if part.component_id in self.sets:
            return None
        return self.own_price(part.component_id, part.variant_id, quantity)

    def _bought_at(self, item: Item) -> Price | None:
        known = ITEM.by_name["purchase_price"]
        if item.purchase_price is None or not self.context.runtime.may_see_field(self.context, ITEM, known):
            return None
        return Price(item.purchase_price, _("Purchase price in the catalogue"))

    def _less_level(self, price: Price | None) -> Price | None:
        if price is None or self.level is None or not self.level.percent or self.direction != SALE:
            return price
        percent = _PERCENT.show(self.level.percent, self.context)
        return Price(
            rounded(price.unit * (100 - Fraction(self.level.percent)) / 100, HALF_UP),
            _(
                "%(price)s; less %(percent)s of the level “%(level)s”",
                price=price.explanation,
                percent=percent,
                level=self.level.title,
            ),
        )


def _precedence(pair: tuple[PriceLine, PriceList]) -> tuple[bool, date, int, bool, Decimal]:
    line, of = pair
    return of.level_id is not None, of.starts or date.min, of.id, line.variant_id is not None, line.above


def price_book(
    context: Context,
    item_ids: Iterable[int],
    *,
    direction: str,
    day: date,
    party_id: int | None,
    taxed: bool = True,
) -> PriceBook:
    """Read what the prices of these goods depend on; without `taxed` no line bears tax."""
    session = context.session
    book = PriceBook(context, direction, day, party_id)
    asked = set(item_ids)
    for part in session.scalars(select(Component).where(Component.item_id.in_(asked)).order_by(Component.id)):
        book.sets.setdefault(part.item_id, []).append(part)
    wanted = sorted(asked | {part.component_id for parts in book.sets.values() for part in parts})
    book.items = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(wanted)))}
    variants = select(Variant).where(Variant.item_id.in_(wanted))
    book.variants = {each.id: each for each in session.scalars(variants)}
    if party_id is not None and direction == SALE:
        book.level = level_of(context, party_id, day)
    book.lines = _lines(context, wanted, book)
    book.rates = tax_rates(context, day) if taxed else {}
    return book


def level_of(context: Context, party_id: int, day: date) -> Level | None:
    """Give a customer's level on a day: what is agreed with him, else the best of those whose segment finds him.

    It counts for whoever sells, also where he may not look at what is agreed with the party, nor at the segment.
    """
    holds = (
        or_(Level.starts.is_(None), Level.starts <= day),
        or_(Level.ends.is_(None), Level.ends >= day),
    )
    with context.system("the level of a customer decides his prices") as system:
        agreed = select(CustomerTerms.level_id).where(
            CustomerTerms.party_id == party_id, CustomerTerms.level_id.is_not(None)
        )
        found = system.session.scalar(select(Level.id).where(Level.id.in_(agreed), *holds))
        if found is None:
            offered = select(Level).where(Level.segment_id.is_not(None), *holds)
            best = offered.order_by(Level.percent.desc(), Level.id)
            fitting = (each.id for each in system.session.scalars(best) if _is_in(system, each, party_id))
            found = next(fitting, None)
    return None if found is None else context.session.get(Level, found)


def _is_in(system: Context, level: Level, party_id: int) -> bool:
    """Say whether a level's segment finds a party now; one that is broken or rests finds nobody."""
    assert level.segment_id is not None
    try:
        found = segment_ids(system, level.segment_id).subquery()
    except CommandError:
        return False
    column = found.c[next(iter(found.c.keys()))]
    return system.session.execute(select(column).where(column == party_id)).first() is not None


def _lines(
    context: Context, items: Sequence[int], book: PriceBook
) -> dict[int, list[tuple[PriceLine, PriceList]]]:
    level = book.level.id if book.level is not None else None
    statement = (
        select(PriceLine, PriceList)
        .join(PriceList, PriceList.id == PriceLine.price_list_id)
        .where(
            PriceLine.item_id.in_(items),
            PriceList.active,
            PriceList.direction == book.direction,
            or_(PriceList.starts.is_(None), PriceList.starts <= book.day),
            or_(PriceList.ends.is_(None), PriceList.ends >= book.day),
            or_(PriceList.level_id.is_(None), PriceList.level_id == level),
        )
    )
    found: dict[int, list[tuple[PriceLine, PriceList]]] = {}
    for line, of in context.session.execute(statement):
        found.setdefault(line.item_id, []).append((line, of))
    return found


def tax_rates(context: Context, day: date) -> dict[str, Decimal]:
    """Give the percentage of each class that holds on a day."""
    statement = (
        select(TaxRate.tax_class, TaxRate.percent).where(TaxRate.starts <= day).order_by(TaxRate.starts)
    )
    return {row[0]: row[1] for row in context.session.execute(statement)}


def explained(context: Context, price: Price) -> str:
    """Give the words of a price in the reader's language."""
    text: LazyText | str = price.explanation
    return context.text(text)
