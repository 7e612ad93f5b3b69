"""What sales declares of itself: rights, suggested patterns, settings, series of numbers, the menu."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.api import MenuItem, PatternSuggestion, Permission, Series, Setting, _

DOCUMENT = "sales.document"
STAFF = ("view", "create", "edit")
CATALOGUE = (
    "sales.item",
    "sales.item_group",
    "sales.price_list",
    "sales.level",
    "sales.tax_rate",
    "sales.phrase",
)

BESIDE = {
    ("tasks.task", "view"): "own",
    ("tasks.task", "create"): "own",
    ("tasks.task", "edit"): "own",
    ("club.member", "view"): "all",
    ("club.redemption", "create"): "all",
}
"""What sellers need of plugins beside: tasks, and points that customers spend. Without those it reaches nothing."""

PERMISSIONS = (
    Permission(
        resource=DOCUMENT, action="issue", title=_("Issue documents, so that they get a number"), order=10
    ),
    Permission(
        resource=DOCUMENT, action="price", title=_("Type another price than that of the rules"), order=20
    ),
    Permission(resource=DOCUMENT, action="discount", title=_("Give discounts"), order=30),
    Permission(
        resource=DOCUMENT,
        action="edit_converted",
        title=_("Change invoices that were made of a quote"),
        order=40,
    ),
    Permission(resource=DOCUMENT, action="cancel", title=_("Cancel issued documents"), order=50),
    Permission(resource=DOCUMENT, action="take_back", title=_("Take back what was sold"), order=60),
    Permission(resource=DOCUMENT, action="send", title=_("Tell customers by SMS"), order=70),
)

SERIES = (
    Series(name="quote", title=_("Numbers of quotes"), pattern="{year}/{number}"),
    Series(name="order", title=_("Numbers of orders"), pattern="{year}/{number}"),
    Series(name="invoice", title=_("Numbers of invoices"), pattern="{year}/{number}"),
    Series(name="return", title=_("Numbers of returns"), pattern="{year}/{number}"),
    Series(name="purchase_quote", title=_("Numbers of quotes of suppliers"), pattern="{year}/{number}"),
    Series(name="purchase_order", title=_("Numbers of orders to suppliers"), pattern="{year}/{number}"),
    Series(name="purchase_invoice", title=_("Numbers of purchase invoices"), pattern="{year}/{number}"),
    Series(name="purchase_return", title=_("Numbers of returns to suppliers"), pattern="{year}/{number}"),
)

SETTINGS = (
    Setting(
        key="rounding",
        title=_("Fractions of a Rial are rounded"),
        kind="choice",
        choices={"half_up": _("half up"), "half_even": _("half to even"), "down": _("down")},
        default="half_up",
        order=20,
    ),
    Setting(
        key="validity",
        title=_("Days that a quote is valid"),
        kind="whole",
        default=10,
        bounds=(1, 365),
        order=30,
    ),
)

MENU = (
    MenuItem(
        label=_("Quotes"),
        target="/sales/quotes",
        icon="file-text",
        permission=(DOCUMENT, "view"),
        group="sales",
        order=310,
    ),
    MenuItem(
        label=_("Orders"),
        target="/sales/orders",
        icon="shopping-cart",
        permission=(DOCUMENT, "view"),
        group="sales",
        order=312,
    ),
    MenuItem(
        label=_("Invoices"),
        target="/sales/invoices",
        icon="file-invoice",
        permission=(DOCUMENT, "view"),
        group="sales",
        order=314,
    ),
    MenuItem(
        label=_("Goods and services"),
        target="/sales/items",
        icon="package",
        permission=("sales.item", "view"),
        group="sales",
        order=330,
    ),
    MenuItem(
        label=_("Price lists"),
        target="/sales/price-lists",
        icon="tag",
        permission=("sales.price_list", "view"),
        group="sales",
        order=332,
    ),
)


def suggestions(further: Mapping[str, Mapping[tuple[str, str], str]]) -> tuple[PatternSuggestion, ...]:
    """Give the patterns: sellers who see their own, the head of sales, the accountant; `further` adds grants by name."""
    reading = {(resource, "view"): "all" for resource in CATALOGUE}
    keeping = {
        (resource, action): "all" for resource in CATALOGUE for action in (*STAFF, "delete", "restore")
    }
    every = (
        *STAFF,
        "delete",
        "issue",
        "price",
        "discount",
        "edit_converted",
        "cancel",
        "take_back",
        "print",
        "report",
        "send",
    )
    own = (*STAFF, "delete", "issue", "discount", "print", "report", "send")
    terms = {("sales.terms", action): "all" for action in STAFF}
    people = {
        ("party", "view"): "all",
        ("party", "create"): "all",
        ("party", "edit"): "own",
        ("party", "print"): "all",
        ("interaction", "view"): "all",
        ("interaction", "create"): "all",
        ("interaction", "edit"): "own",
    }
    selling = {
        **people,
        **reading,
        **BESIDE,
        ("base_data", "create"): "all",
        ("sales.terms", "view"): "all",
        **{(DOCUMENT, action): "own" for action in own},
    }
    grants: dict[str, tuple[object, dict[tuple[str, str], str]]] = {
        "seller": (_("Seller (own documents)"), selling),
        "own_seller": (
            _("Seller (own customers and documents)"),
            {**selling, **{("party", action): "own" for action in ("view", "create", "edit", "print")}},
        ),
        "sales_head": (
            _("Head of sales"),
            {
                **people,
                **BESIDE,
                ("party", "edit"): "all",
                ("base_data", "create"): "all",
                **reading,
                **keeping,
                **terms,
                ("sales.item", "see_sensitive"): "all",
                ("sales.item", "import"): "all",
                ("sales.item", "export"): "all",
                ("sales.price_list", "import"): "all",
                ("sales.price_list", "export"): "all",
                **{(DOCUMENT, action): "all" for action in (*every, "export", "assign")},
            },
        ),
        "accountant": (
            _("Accountant"),
            {
                **people,
                **reading,
                **terms,
                ("sales.item", "see_sensitive"): "all",
                **{(DOCUMENT, action): "all" for action in (*every, "export")},
            },
        ),
    }
    return tuple(
        PatternSuggestion(name=name, title=title, grants={**mine, **further.get(name, {})})  # type: ignore[arg-type]
        for name, (title, mine) in grants.items()
    )
