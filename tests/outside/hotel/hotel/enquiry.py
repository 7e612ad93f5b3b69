"""The hotel's open page: whoever has the address sees how many rooms are free, and asks to be called."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from hotel.commands import ENQUIRY
from hotel.models import Room, Stay
from kernel.api import (
    CommandForm,
    Invalid,
    NotFound,
    current,
    guest,
    open_page,
    render,
    run_for_guest,
    wrong_try,
)

SECRET = "spring"


def make_blueprint() -> Blueprint:
    """Give the pages, new for each application."""
    pages = Blueprint("hotel", __name__)
    pages.add_url_rule("/free/<code>", "free", free, methods=["GET", "POST"])
    return pages


@open_page(tries=5)
def free(code: str) -> ResponseReturnValue:
    """Show how many rooms are free today; take the name and number of who wants one."""
    if code != SECRET:
        wrong_try()
        raise NotFound()
    with guest("free rooms for everybody") as context:
        taken = select(Stay.room_id).where(Stay.arrival <= context.today, Stay.departure > context.today)
        number = context.session.scalar(select(func.count(Room.id)).where(Room.id.not_in(taken)))
    form, done = CommandForm(current(), ENQUIRY).start({}), False
    if request.method == "POST":
        form.read(request.form)
        try:
            run_for_guest("hotel.enquire", **form.values)
            done = True
        except Invalid as error:
            form.attach(error.problems)
    status = 422 if form.errors else 200
    return render(
        "hotel/free.html",
        status,
        number=number,
        form=form,
        done=done,
        address=url_for("hotel.free", code=code),
    )
