"""Pages of money."""

from __future__ import annotations

from flask import Blueprint

from kernel.api import needs
from plugins.sales.money.views import accounts, cheques, commission, openings, payments, reports


def add_pages(pages: Blueprint) -> None:
    """Add the pages of money to the blueprint of sales."""
    both = ["GET", "POST"]
    rules = (
        ("/money/receipts/new", "receive", "sales.payment", "create", payments.receive, both),
        ("/money/payments/new", "pay", "sales.payment", "create", payments.pay, both),
        ("/money/proposal", "proposal", "sales.account", "view", payments.proposal, ["GET"]),
        (
            "/money/payments/<int:number>/reverse",
            "reverse",
            "sales.payment",
            "reverse",
            payments.reverse,
            both,
        ),
        ("/money/items/<int:number>", "item", "sales.account", "view", openings.item, ["GET"]),
        ("/money/items/<int:number>/settle", "settle", "sales.payment", "edit", payments.settle, both),
        ("/money/openings/new", "bring_in", "sales.account", "bring_in", openings.bring_in, both),
        ("/money/items/<int:number>/out", "take_out", "sales.account", "bring_in", openings.take_out, both),
        (
            "/money/allocations/<int:number>/release",
            "release",
            "sales.payment",
            "edit",
            payments.release,
            both,
        ),
        ("/money/cheques/<int:number>/move", "move_cheque", "sales.cheque", "edit", cheques.move, both),
        ("/money/accounts/<int:number>", "account", "sales.account", "view", accounts.show, ["GET"]),
        (
            "/money/accounts/<int:number>/file",
            "account_file",
            "sales.account",
            "export",
            accounts.download,
            ["GET"],
        ),
        ("/money/ageing", "ageing", "sales.account", "report", reports.ageing, ["GET"]),
        ("/money/cash-flow", "cash_flow", "sales.account", "report", reports.cash_flow, ["GET"]),
        ("/money/marketers/<int:number>", "marketer", "sales.commission", "view", commission.show, ["GET"]),
        (
            "/money/marketers/<int:number>/pay",
            "pay_commission",
            "sales.commission",
            "pay",
            commission.pay,
            both,
        ),
        (
            "/money/marketers/<int:number>/correct",
            "correct_commission",
            "sales.commission",
            "correct",
            commission.correct,
            both,
        ),
    )
    for address, name, resource, action, view, methods in rules:
        pages.add_url_rule(address, name, needs(resource, action)(view), methods=methods)
