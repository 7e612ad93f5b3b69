"""The club's entries of the menu, its rights, and the patterns in which they usually go together."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.api import MenuItem, PatternSuggestion, Permission, _

GROUP = "club"
READ = ("view",)
LOOKED_UP = ("rank", "product_group", "rate", "campaign", "join_rule")
HUNG = ("card", "rank_change", "wish", "purchase", "entry", "redemption", "asked", "contact")

PERMISSIONS = (
    Permission(resource="club.entry", action="correct", title=_("Correct points by hand"), order=10),
    Permission(resource="club.entry", action="care", title=_("Let points count, expire and decay"), order=20),
    Permission(resource="club.member", action="set_rank", title=_("Give ranks by hand"), order=30),
    Permission(resource="club.member", action="send", title=_("Send balances by SMS"), order=40),
    Permission(resource="club.purchase", action="return", title=_("Return purchases"), order=50),
    Permission(resource="club.redemption", action="cancel", title=_("Cancel coupons"), order=60),
    Permission(resource="club.survey", action="send", title=_("Send surveys"), order=65),
    Permission(resource="club.draw", action="draw", title=_("Freeze and draw"), order=70),
)


def _grants(scope: str, *rights: tuple[str, Iterable[str]]) -> dict[tuple[str, str], str]:
    return {(f"club.{name}", action): scope for name, actions in rights for action in actions}


_COUNTER = {
    **{("party", action): "all" for action in ("view", "create", "edit", "print")},
    ("base_data", "create"): "all",
    ("interaction", "view"): "all",
    ("interaction", "create"): "all",
    **_grants(
        "all",
        ("member", ("view", "create", "edit", "print", "send")),
        ("card", ("view", "create", "edit", "print")),
        ("purchase", ("view", "create")),
        ("redemption", ("view", "create", "edit", "print")),
        ("wish", ("view", "create", "edit")),
        ("entry", READ),
        ("rank_change", READ),
        ("draw", ("view", "edit")),
        ("survey", READ),
        ("asked", ("view", "edit")),
        ("contact", ("view", "edit")),
        ("contact_plan", READ),
        *((name, READ) for name in LOOKED_UP),
    ),
}
_MANAGER = {
    **_COUNTER,
    **_grants(
        "all",
        ("member", ("set_rank", "delete", "export", "report")),
        ("purchase", ("return", "export", "report")),
        ("redemption", ("cancel", "export", "report")),
        ("entry", ("correct", "export", "report")),
        ("rank_change", ("export", "report")),
        ("wish", ("delete", "restore", "export", "report")),
        ("card", ("export", "report")),
        ("draw", ("create", "draw", "export")),
        ("survey", ("create", "edit", "delete", "restore", "send", "report")),
        ("asked", ("export", "report")),
        ("contact", ("export", "report")),
        ("contact_plan", ("create", "edit", "delete", "restore")),
        *((name, ("create", "edit", "delete", "restore", "export")) for name in LOOKED_UP),
    ),
}
_OWN = {
    ("party", "view"): "own",
    **_grants("all", *((name, READ) for name in ("member", *HUNG, *LOOKED_UP))),
    **_grants("all", ("member", ("create", "edit", "send", "print")), ("wish", ("create", "edit"))),
}
PATTERNS = (
    PatternSuggestion(name="counter", title=_("Counter of the club"), grants=_COUNTER, order=300),
    PatternSuggestion(name="manager", title=_("Manager of the club"), grants=_MANAGER, order=310),
    PatternSuggestion(name="own_members", title=_("Club of one's own customers"), grants=_OWN, order=320),
)

MENU = (
    MenuItem(
        label=_("Counter of the club"),
        group=GROUP,
        target="club.counter",
        icon="credit-card",
        permission=("club.member", "view"),
        order=400,
        key="KeyB",
        help=_(
            "Hold the card to the reader, or type a number, a name or a mobile. The account of the member opens: enter "
            "what was bought, give a coupon for points, take one in payment."
        ),
    ),
    MenuItem(
        label=_("Members of the club"),
        group=GROUP,
        target="/club/members",
        icon="heart-handshake",
        permission=("club.member", "view"),
        order=405,
    ),
    MenuItem(
        label=_("Draws"),
        group=GROUP,
        target="/club/draws",
        icon="trophy",
        permission=("club.draw", "view"),
        order=410,
    ),
    MenuItem(
        label=_("Campaigns"),
        group=GROUP,
        target="/club/campaigns",
        icon="speakerphone",
        permission=("club.campaign", "create"),
        order=415,
    ),
    MenuItem(
        label=_("Ranks"),
        group=GROUP,
        target="/club/ranks",
        icon="award",
        permission=("club.rank", "create"),
        order=420,
    ),
    MenuItem(
        label=_("Rates of points"),
        group=GROUP,
        target="/club/rates",
        icon="percentage",
        permission=("club.rate", "create"),
        order=425,
    ),
    MenuItem(
        label=_("Rules of joining"),
        group=GROUP,
        target="/club/join-rules",
        icon="user-plus",
        permission=("club.join_rule", "create"),
        order=430,
    ),
    MenuItem(
        label=_("Wishes for the next purchase"),
        group=GROUP,
        target="/club/wishes",
        icon="shopping-cart",
        permission=("club.wish", "view"),
        order=435,
    ),
    MenuItem(
        label=_("Surveys"),
        group=GROUP,
        target="/club/surveys",
        icon="clipboard-check",
        permission=("club.survey", "create"),
        order=437,
    ),
    MenuItem(
        label=_("Contacts with members"),
        group=GROUP,
        target="/club/contacts?f.state.is=due",
        icon="phone-call",
        permission=("club.contact", "view"),
        order=438,
        help=_("Calls and surprises that are to be done, by the plans of contact."),
    ),
    MenuItem(
        label=_("Plans of contact"),
        group=GROUP,
        target="/club/contact-plans",
        icon="calendar",
        permission=("club.contact_plan", "create"),
        order=439,
    ),
    MenuItem(
        label=_("Outstanding points"),
        group=GROUP,
        target="club.outstanding",
        icon="coins",
        permission=("club.entry", "report"),
        order=440,
        help=_(
            "What the club owes its members: points by the month in which they expire, and what they are worth by the "
            "value of a point in the settings."
        ),
    ),
)
