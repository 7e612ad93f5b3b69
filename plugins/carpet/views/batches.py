"""Pages of batches and serials: made, handed out, given, sold, called invalid."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.api import _, command_page, current, load, stored_number, veiled
from plugins.carpet.commands import batches as commands
from plugins.carpet.models import Batch, Serial
from plugins.carpet.resources import BATCH, SERIAL
from plugins.carpet.wording import number_text, serial_text


def new() -> ResponseReturnValue:
    """Make a batch."""
    return command_page(
        "carpet.make_batch",
        _("Make a batch of cards"),
        (
            commands.MODEL_FIELD,
            commands.PRODUCED,
            commands.COUNT,
            commands.RULE,
            commands.TERM,
            commands.GRACE,
            commands.CLOSES,
            commands.NOTE,
        ),
        crumb=(_("Batches of cards"), "/carpet/batches"),
        done=_("The batch is made. Its codes are made when the cards are handed out."),
        target=lambda made: f"/carpet/batches/{made}",
        start={"produced_on": current().today, "start_rule": "registration"},
    )


def _crumb(batch: Batch) -> tuple[str, str]:
    return number_text(current(), int(batch.number)), f"/carpet/batches/{batch.id}"


def change(number: int) -> ResponseReturnValue:
    """Change the guarantee of cards that are not registered yet."""
    batch: Batch = load(current(), BATCH, number)
    kinds = (commands.RULE, commands.TERM, commands.GRACE, commands.CLOSES, commands.NOTE)
    shown = veiled(current(), BATCH, batch)
    return command_page(
        "carpet.change_batch",
        _("Change the guarantee of a batch"),
        kinds,
        crumb=_crumb(batch),
        done=_("The batch is changed."),
        target=_crumb(batch)[1],
        text=_(
            "It counts for cards that are registered from now on; guarantees that are registered keep their days."
        ),
        start={kind.name: getattr(shown, kind.name) for kind in kinds},
        batch=number,
    )


def hand_out(number: int) -> ResponseReturnValue:
    """Have cards printed with their codes."""
    batch: Batch = load(current(), BATCH, number)
    return command_page(
        commands.HAND_OUT,
        _("Hand out cards with their codes"),
        (commands.FORM,),
        crumb=_crumb(batch),
        done=_("The cards are being made. The file stands under “Work under way” when it is ready."),
        target="/work",
        text=_(
            "The codes are made now and handed out once, to you: nobody can read them afterwards. Print the "
            "file soon, and keep it safe."
        ),
        start={"form": "cards"},
        batch=number,
    )


def renew(number: int) -> ResponseReturnValue:
    """Let codes be made anew."""
    batch: Batch = load(current(), BATCH, number)
    return command_page(
        "carpet.renew_codes",
        _("Make the codes of a batch anew"),
        (commands.WHY,),
        crumb=_crumb(batch),
        done=_("The codes can be handed out again."),
        target=_crumb(batch)[1],
        text=_(
            "When the cards are handed out again, the codes on cards that were printed before are no good any more."
        ),
        danger=True,
        batch=number,
    )


def void(number: int) -> ResponseReturnValue:
    """Call a batch invalid."""
    batch: Batch = load(current(), BATCH, number)
    return command_page(
        "carpet.void_batch",
        _("Call a batch invalid"),
        (commands.WHY,),
        crumb=_crumb(batch),
        done=_("No card of this batch can be registered any more."),
        target=_crumb(batch)[1],
        danger=True,
        batch=number,
    )


def give() -> ResponseReturnValue:
    """Give serials to a dealer."""
    dealer = stored_number(request.args.get("dealer", ""))
    return command_page(
        "carpet.give_serials",
        _("Give serials to a dealer"),
        (commands.FIRST, commands.LAST, commands.DEALER_FIELD),
        crumb=(_("Carpets by serial"), "/carpet/serials"),
        done=lambda made: _(
            "%(went)d carpets were given; %(stayed)d stayed where they were.", went=made[0], stayed=made[1]
        ),
        target=f"/carpet/dealers/{dealer}" if dealer else "/carpet/serials",
        start={"dealer": dealer} if dealer else {},
        text=_(
            "All serials between the two, of one batch. Without a dealer they come back to us. What is "
            "sold or registered stays where it is."
        ),
    )


def sell(number: int) -> ResponseReturnValue:
    """Note the sale of a carpet."""
    serial: Serial = load(current(), SERIAL, number)
    back = f"/carpet/serials/{number}"
    return command_page(
        "carpet.sell",
        _("Note that a carpet is sold"),
        (commands.SOLD_ON,),
        crumb=(serial_text(current(), serial.number), back),
        done=_("The sale is noted."),
        target=back,
        start={"sold_on": current().today},
        serial=number,
    )


def void_serial(number: int) -> ResponseReturnValue:
    """Call a card invalid."""
    serial: Serial = load(current(), SERIAL, number)
    back = f"/carpet/serials/{number}"
    return command_page(
        "carpet.void_serial",
        _("Call a card invalid"),
        (commands.WHY,),
        crumb=(serial_text(current(), serial.number), back),
        done=_("This card can no longer be registered."),
        target=back,
        danger=True,
        serial=number,
    )
