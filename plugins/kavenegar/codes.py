"""What Kavenegar's numbers mean: codes of answers and states of messages."""

from __future__ import annotations

from typing import Literal

from kernel.api import LazyText, _

TEMPORARY = {409, 451}
"""Answers after which the same line may be asked again later."""
OF_THE_MESSAGE = {411, 413, 420, 422, 424, 428, 431, 432, 501}
"""Answers that refuse what is in a request, not the account."""

ANSWERS: dict[int, LazyText] = {
    400: _("Kavenegar: parameters are missing."),
    401: _("Kavenegar: the account is disabled."),
    403: _("Kavenegar: the API key is not valid."),
    404: _("Kavenegar: the address of the service is not right."),
    405: _("Kavenegar: the address of the service is not right."),
    406: _("Kavenegar: parameters are missing."),
    407: _("Kavenegar: this server's IP address is not registered in the panel."),
    409: _("Kavenegar: the service is busy."),
    411: _("The number cannot receive messages."),
    412: _("Kavenegar: the line is not valid."),
    413: _("The text is empty or too long."),
    414: _("Kavenegar: too many messages at once."),
    416: _("Kavenegar: this server's IP address is not registered in the panel."),
    417: _("Kavenegar: the date is not valid."),
    418: _("Kavenegar: the account has not enough credit."),
    419: _("Kavenegar: parameters are missing."),
    420: _("The text holds a link, which this line may not send."),
    422: _("The text holds signs that cannot be sent."),
    424: _("Kavenegar: the template is unknown or not approved."),
    426: _("Kavenegar: the account needs the advanced service."),
    427: _("Kavenegar: the line needs a higher level of access."),
    429: _("Kavenegar: this server's IP address is not registered in the panel."),
    428: _("Kavenegar: this template cannot be read out."),
    431: _("Kavenegar: a value does not fit the template: too long, or spaces or signs in it."),
    432: _("Kavenegar: the template lacks its first variable."),
    451: _("Kavenegar: too many requests at once."),
    501: _("The account is for trying out and sends to its owner only."),
    604: _("Kavenegar: too many messages at once."),
    607: _("Kavenegar: the tag is not valid."),
}
"""Definite refusals. What stands neither here nor under 200 (402 says only “failed”) proves nothing."""

State = Literal["sent", "delivered", "failed", "unknown"]
STATES: dict[int, tuple[State, LazyText | str]] = {
    1: ("sent", ""),
    2: ("sent", ""),
    4: ("sent", ""),
    5: ("sent", ""),
    6: ("failed", _("The operator could not deliver it.")),
    10: ("delivered", ""),
    11: ("failed", _("It did not reach the phone.")),
    13: ("failed", _("It was cancelled; the cost was given back.")),
    14: ("failed", _("The recipient has closed the number to advertising; the cost was given back.")),
    100: ("unknown", _("Kavenegar does not know this message.")),
}


def state_of(code: object) -> tuple[State, LazyText | str]:
    """Give our state for one of theirs; a code that is not known proves nothing."""
    try:
        return STATES.get(int(str(code)), ("unknown", ""))
    except ValueError:
        return "unknown", ""
