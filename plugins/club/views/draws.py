"""A draw: its rules, the frozen list with its proof, drawing, and reckoning it again."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kernel.api import Context, _, command_page, current, load, render, run_command, stored_number, tell
from plugins.club import drawing, lottery
from plugins.club.commands import draws as commands
from plugins.club.models import Draw
from plugins.club.resources import DRAW
from plugins.club.resources.words import CHANCES, DRAW_COLOURS, DRAW_STATES

SHOWN = 100


def draw(number: int) -> ResponseReturnValue:
    """Show a draw; one that was drawn is reckoned again on the spot."""
    context = current()
    record: Draw = load(context, DRAW, number)
    frozen = record.state in ("frozen", "drawn") or record.frozen_at is not None
    rows = drawing.entrants_of(context, number) if frozen else []
    may_draw = context.may("club.draw", "draw") and not context.read_only
    return render(
        "club/draw.html",
        record=record,
        facts=_facts(context, record),
        state=DRAW_STATES[record.state],
        tone=DRAW_COLOURS[record.state],
        entrants=rows[:SHOWN],
        count=len(rows),
        tickets=sum(row.chances for row in rows),
        drawn=drawing.drawn_of(context, number) if record.state == "drawn" else [],
        checked=drawing.check(context, record) if record.state == "drawn" else None,
        expected=_expected(context, record) if record.state == "planned" and may_draw else None,
        may_draw=may_draw,
        may_edit=context.may("club.draw", "edit") and not context.read_only,
    )


def _facts(context: Context, record: Draw) -> list[tuple[str, str]]:
    names = ("prize", "begins", "ends", "winners", "reserves", "most_chances", "rank", "segment")
    found = [(context.text(_("Chances")), context.text(CHANCES[record.chances]))]
    for item in DRAW.visible_fields(context):
        value = item.value_of(record)
        if item.name in (*names, "without_winners_since", "public_source") and value not in (None, 0):
            found.append((context.text(item.title), item.show(value, context)))
    return found


def _expected(context: Context, record: Draw) -> tuple[int, int]:
    with context.system("how many would take part") as system:
        found = drawing.chances(system, load(system, DRAW, record.id))
        return len(found), sum(number for _member, number in found)


def proof(number: int) -> ResponseReturnValue:
    """Give the frozen list as it is hashed, for whoever reckons the draw again."""
    context = current()
    record: Draw = load(context, DRAW, number)
    text = lottery.list_text(drawing.ticketed(drawing.entrants_of(context, number)))
    answer = Response(text, mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="draw-{record.id}.txt"'
    return answer


def freeze(number: int) -> ResponseReturnValue:
    """Freeze the list."""
    if run_command("club.freeze_draw", draw=number).done:
        tell(_("The list is frozen. Publish its hash and the commitment now."))
    return redirect(url_for("club.draw", number=number), code=303)


def cancel(number: int) -> ResponseReturnValue:
    """Call the draw off."""
    if run_command("club.cancel_draw", draw=number).done:
        tell(_("The draw is cancelled."))
    return redirect(url_for("club.draw", number=number), code=303)


def draw_now(number: int) -> ResponseReturnValue:
    """Draw, with the public word."""
    record: Draw = load(current(), DRAW, number)
    back = url_for("club.draw", number=number)
    return command_page(
        "club.draw",
        _("Draw"),
        (commands.WORD,),
        crumb=(record.title, back),
        done=_("It is drawn."),
        target=back,
        text=record.public_source or "",
        draw=number,
    )


def register(number: int) -> ResponseReturnValue:
    """Register a member at the counter."""
    record: Draw = load(current(), DRAW, number)
    back = url_for("club.draw", number=number)
    return command_page(
        "club.register_for_draw",
        _("Register a member for a draw"),
        (commands.MEMBER_FIELD,),
        crumb=(record.title, back),
        done=_("The member takes part."),
        target=back,
        draw=number,
    )


def exclude(number: int) -> ResponseReturnValue:
    """Exclude somebody who was drawn."""
    record: Draw = load(current(), DRAW, number)
    back = url_for("club.draw", number=number)
    place = stored_number(request.args.get("place", ""))
    return command_page(
        "club.exclude_winner",
        _("Exclude somebody who was drawn"),
        (commands.PLACE, commands.WHY),
        crumb=(record.title, back),
        done=_("The winner is excluded."),
        target=back,
        start={"place": place} if place else {},
        text=_("The first reserve moves up. The exclusion and its reason stay to be seen by everybody."),
        danger=True,
        draw=number,
    )
