"""Pages of the plugin's own: the call list, the file of a policy with what can be done, family offers, setting up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from kernel.api import needs
from plugins.insurance.views import calls, doing, file, offers

RIGHT = "insurance.policy"
BOTH = ("GET", "POST")


def make_blueprint() -> Blueprint:
    """Make the plugin's pages; each application of a site gets a blueprint of its own."""
    pages = Blueprint("insurance", __name__)

    def add(
        rule: str, view: Callable[..., Any], action: str, right: str = RIGHT, methods: Any = ("GET",)
    ) -> None:
        pages.add_url_rule(rule, view.__name__, needs(right, action)(view), methods=list(methods))

    add("/calls", calls.calls, "view")
    add("/family", offers.family, "view")
    add("/reminders", offers.reminders, "assign", methods=BOTH)
    add("/<int:number>/file", file.file, "view")
    for view in (doing.renew, doing.talk, doing.lose, doing.cancel, doing.endorse, doing.plan, doing.link):
        add(f"/<int:number>/{view.__name__}", view, "edit", methods=BOTH)
    add("/<int:number>/reopen", doing.reopen, "edit", methods=("POST",))
    add("/<int:number>/reinstate", doing.reinstate, "edit", methods=("POST",))
    add("/<int:number>/unlink", doing.unlink, "edit", methods=("POST",))
    add("/<int:number>/bill", doing.bill, "edit", methods=("POST",))
    add("/instalments/<int:number>/pay", doing.pay, "edit", methods=("POST",))
    add("/instalments/<int:number>/paid", doing.paid, "edit", methods=BOTH)
    add("/instalments/<int:number>/unpay", doing.unpay, "edit", methods=("POST",))
    add("/claims/<int:number>/step", doing.step, "edit", "insurance.claim", BOTH)
    return pages
