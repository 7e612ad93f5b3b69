"""Pages of the plugin's own: the desk, forms of commands, the list for offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from kernel.api import needs
from plugins.carpet.views import batches, claims, crossing, desk, guarantees, opened

BOTH = ["GET", "POST"]
BATCH, SERIAL, GUARANTEE = "carpet.batch", "carpet.serial", "carpet.guarantee"
CLAIM, DISPUTE = "carpet.claim", "carpet.dispute"

FORMS: tuple[tuple[str, str, tuple[str, str], Callable[..., Any]], ...] = (
    ("/batch/new", "batch_new", (BATCH, "create"), batches.new),
    ("/batch/<int:number>/change", "batch_change", (BATCH, "edit"), batches.change),
    ("/batch/<int:number>/hand-out", "hand_out", (BATCH, "codes"), batches.hand_out),
    ("/batch/<int:number>/renew", "renew", (BATCH, "codes"), batches.renew),
    ("/batch/<int:number>/void", "batch_void", (BATCH, "edit"), batches.void),
    ("/give", "give", (SERIAL, "give"), batches.give),
    ("/serial/<int:number>/sell", "sell", (SERIAL, "sell"), batches.sell),
    ("/serial/<int:number>/void", "serial_void", (SERIAL, "edit"), batches.void_serial),
    ("/register", "register", (GUARANTEE, "create"), guarantees.register),
    ("/guarantee/<int:number>/transfer", "transfer", (GUARANTEE, "transfer"), guarantees.transfer),
    ("/guarantee/<int:number>/consent", "consent", (GUARANTEE, "edit"), guarantees.consent),
    ("/guarantee/<int:number>/void", "guarantee_void", (GUARANTEE, "void"), guarantees.void),
    ("/guarantee/<int:number>/claim", "claim_new", (CLAIM, "create"), guarantees.claim),
    ("/claim/<int:number>/send", "claim_send", (CLAIM, "send"), claims.send),
    ("/claim/<int:number>/inspect", "claim_inspect", (CLAIM, "inspect"), claims.inspect),
    ("/claim/<int:number>/decide", "claim_decide", (CLAIM, "decide"), claims.decide),
    ("/claim/<int:number>/replace", "claim_replace", (CLAIM, "decide"), claims.replace),
    ("/claim/<int:number>/repair", "claim_repair", (CLAIM, "decide"), claims.repair),
    ("/dispute/<int:number>/decide", "dispute_decide", (DISPUTE, "decide"), claims.decide_dispute),
)
"""Address, name, right and view of each form of a command."""


def make_blueprint() -> Blueprint:
    """Make the plugin's pages; each application of a site gets a blueprint of its own."""
    pages = Blueprint("carpet", __name__)
    for rule, name, right, view in FORMS:
        pages.add_url_rule(rule, name, needs(*right)(view), methods=BOTH)
    pages.add_url_rule("/card", "check", opened.check)
    pages.add_url_rule("/card/<serial>", "card", opened.card)
    pages.add_url_rule("/activate", "activate", opened.activate, methods=BOTH)
    pages.add_url_rule("/desk", "desk", needs(GUARANTEE, "view")(desk.desk))
    pages.add_url_rule("/crossing", "crossing", needs(GUARANTEE, "report")(crossing.crossing))
    pages.add_url_rule("/crossing.xlsx", "crossing_file", needs(GUARANTEE, "export")(crossing.download))
    return pages
