"""Entries of the menu, rights besides the usual ones, and the patterns in which rights go together."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.api import MenuItem, PatternSuggestion, Permission, _

GROUP = "carpet"
OWN, BUYERS = "carpet.own_dealer", "carpet.own_buyers"

PERMISSIONS = (
    Permission(resource="carpet.batch", action="codes", title=_("Hand out cards with their codes"), order=10),
    Permission(resource="carpet.serial", action="give", title=_("Give serials to dealers"), order=20),
    Permission(resource="carpet.serial", action="sell", title=_("Note sales"), order=30),
    Permission(
        resource="carpet.guarantee", action="without_code", title=_("Register without the code"), order=40
    ),
    Permission(
        resource="carpet.guarantee", action="transfer", title=_("Hand guarantees to other owners"), order=50
    ),
    Permission(resource="carpet.guarantee", action="void", title=_("End guarantees"), order=60),
    Permission(resource="carpet.claim", action="send", title=_("Send inspectors"), order=65),
    Permission(resource="carpet.claim", action="inspect", title=_("Enter what was found"), order=70),
    Permission(
        resource="carpet.claim", action="decide", title=_("Decide claims and replace carpets"), order=80
    ),
    Permission(
        resource="carpet.claim", action="goodwill", title=_("Take claims after the guarantee"), order=90
    ),
    Permission(resource="carpet.dispute", action="decide", title=_("Decide disputes"), order=100),
)


def _grants(scope: str, *rights: tuple[str, Iterable[str]]) -> dict[tuple[str, str], str]:
    return {(f"carpet.{name}", action): scope for name, actions in rights for action in actions}


_DESK = {
    **{("party", action): "all" for action in ("view", "create", "edit", "print", "send")},
    ("base_data", "create"): "all",
    **{("interaction", action): "all" for action in ("view", "create")},
    ("interaction", "edit"): "own",
    **_grants(
        "all",
        ("model", ("view",)),
        ("batch", ("view",)),
        ("dealer", ("view",)),
        ("serial", ("view", "sell", "give")),
        ("guarantee", ("view", "create", "edit", "print", "transfer", "without_code", "report", "export")),
        ("claim", ("view", "create", "edit", "send", "report", "export")),
        ("dispute", ("view",)),
    ),
}
_MANAGER = {
    **_DESK,
    **{("party", action): "all" for action in ("export", "report")},
    **_grants(
        "all",
        ("model", ("create", "edit", "delete", "restore", "import", "export")),
        ("batch", ("create", "edit", "codes", "print", "export", "report")),
        ("dealer", ("create", "edit", "delete", "restore", "export")),
        ("serial", ("edit", "export", "report")),
        ("guarantee", ("void",)),
        ("claim", ("inspect", "decide", "goodwill")),
        ("dispute", ("decide", "export", "report")),
    ),
}
_INSPECTOR = {
    ("party", "view"): "all",
    **_grants(
        "all",
        ("model", ("view",)),
        ("dealer", ("view",)),
        ("serial", ("view",)),
        ("guarantee", ("view",)),
        ("claim", ("view", "inspect")),
    ),
    ("carpet.claim", "edit"): "own",
}
_DEALER = {
    ("party", "view"): BUYERS,
    ("carpet.dealer", "view"): OWN,
    ("carpet.model", "view"): "all",
    **_grants(OWN, ("serial", ("view", "sell", "report", "export"))),
    **_grants(OWN, ("guarantee", ("view", "print", "report"))),
    **_grants(OWN, ("claim", ("view", "edit"))),
    **_grants("all", ("guarantee", ("create",)), ("claim", ("create",))),
}
PATTERNS = (
    PatternSuggestion(name="desk", title=_("Guarantee desk"), grants=_DESK, order=400),
    PatternSuggestion(name="manager", title=_("Manager of guarantees"), grants=_MANAGER, order=410),
    PatternSuggestion(name="inspector", title=_("Inspector of claims"), grants=_INSPECTOR, order=420),
    PatternSuggestion(name="dealer", title=_("Dealer of carpets"), grants=_DEALER, order=430),
)


def _item(
    label: object, target: str, icon: str, right: tuple[str, str], order: int, **more: object
) -> MenuItem:
    return MenuItem(
        label=label,  # type: ignore[arg-type]
        group=GROUP,
        target=target,
        icon=icon,
        permission=right,
        order=order,
        **more,  # type: ignore[arg-type]
    )


MENU = (
    _item(
        _("Guarantee desk"),
        "carpet.desk",
        "shield-check",
        ("carpet.guarantee", "view"),
        500,
        help=_(
            "Scan or type the serial of a carpet: its state opens at once, with what can be done. Below "
            "stand claims and disputes that wait."
        ),
    ),
    _item(_("Guarantees"), "/carpet/guarantees", "certificate", ("carpet.guarantee", "view"), 505),
    _item(_("Claims"), "/carpet/claims", "tool", ("carpet.claim", "view"), 510),
    _item(_("Disputes"), "/carpet/disputes", "scale", ("carpet.dispute", "view"), 515),
    _item(_("Carpets by serial"), "/carpet/serials", "barcode", ("carpet.serial", "view"), 520),
    _item(_("Batches of cards"), "/carpet/batches", "stack-2", ("carpet.batch", "view"), 525),
    _item(_("Dealers"), "/carpet/dealers", "building-store", ("carpet.dealer", "view"), 530),
    _item(_("Models of carpets"), "/carpet/models", "palette", ("carpet.model", "view"), 535),
    _item(
        _("Bought this, not that"),
        "carpet.crossing",
        "users-group",
        ("carpet.guarantee", "report"),
        540,
        help=_(
            "Owners of one model, size or design who have none of another, and who agreed to hear of offers."
        ),
    ),
)
