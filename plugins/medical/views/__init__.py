"""Pages of the clinic's own."""

from __future__ import annotations

from flask import Blueprint

from kernel.api import needs
from plugins.medical.resources import APPOINTMENT
from plugins.medical.views import booking, days, loads, opening, planning, queue, teaching, visit

RIGHT = APPOINTMENT.permission
BOTH = ["GET", "POST"]


def make_blueprint() -> Blueprint:
    """Make the plugin's pages; each application of a site gets a blueprint of its own."""
    pages = Blueprint("medical", __name__)
    add, see, create, edit = (
        pages.add_url_rule,
        needs(RIGHT, "view"),
        needs(RIGHT, "create"),
        needs(RIGHT, "edit"),
    )
    add("/day", "day", see(days.day))
    add("/week", "week", see(days.week))
    add("/rooms", "rooms", see(days.rooms))
    add("/queue", "queue", see(queue.queue))
    add("/book", "book", create(booking.book), methods=BOTH)
    add("/walk-in", "walk_in", create(booking.walk_in), methods=BOTH)
    add("/free", "search", see(booking.search))
    add("/visits/<int:number>", "visit", see(visit.visit))
    add("/visits/<int:number>/move", "move", edit(booking.move), methods=BOTH)
    add("/visits/<int:number>/cancel", "cancel", edit(booking.cancel), methods=BOTH)
    add("/visits/<int:number>/repeat", "repeat", create(booking.repeat), methods=BOTH)
    add("/visits/<int:number>/state", "state", edit(visit.state), methods=["POST"])
    add("/visits/<int:number>/charge", "charge", edit(visit.charge), methods=BOTH)
    add("/visits/<int:number>/bill", "bill", needs(RIGHT, "bill")(visit.bill), methods=["POST"])
    add("/patients/<int:party_id>/invite", "invite", create(visit.invite), methods=["POST"])
    add("/replan", "replan", edit(planning.replan), methods=BOTH)
    add("/line", "line", needs("medical.waiting", "view")(planning.line))
    add(
        "/line/<int:number>/<what>",
        "answer_offer",
        needs("medical.waiting", "edit")(planning.answer),
        methods=["POST"],
    )
    add(
        "/illnesses/<int:number>/teach",
        "teach",
        needs("medical.illness", "send")(teaching.teach),
        methods=BOTH,
    )
    add("/load", "load", needs(RIGHT, "report")(loads.load))
    add("/turn/<code>", "turn", opening.turn)
    add("/turn/<code>/book", "turn_book", opening.turn_book, methods=["POST"])
    add("/turn/<code>/answer", "turn_answer", opening.turn_answer, methods=["POST"])
    return pages
