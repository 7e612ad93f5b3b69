"""What the numbers of MeliPayamak mean: codes of sending and states of delivery."""

from __future__ import annotations

from typing import Literal

from kernel.api import LazyText, _

TEMPORARY = {6}
OF_THE_MESSAGE = {7, 11, 14, 15, 18, 35}
"""Answers that refuse what is in a request, not the account."""

ANSWERS: dict[int, LazyText] = {
    0: _("MeliPayamak: user name or password is wrong."),
    2: _("MeliPayamak: the account has not enough credit."),
    3: _("MeliPayamak: the account has sent its number of messages for today."),
    4: _("MeliPayamak: the account has sent its number of messages."),
    5: _("MeliPayamak: the line is not valid."),
    6: _("MeliPayamak: the service is being updated."),
    7: _("The text holds a word that is filtered."),
    9: _("MeliPayamak: public lines cannot be used by programs."),
    10: _("MeliPayamak: the account is not active."),
    11: _("MeliPayamak did not send this message."),
    12: _("MeliPayamak: documents of the account are missing."),
    14: _("The text holds a link, which this line may not send."),
    15: _("An advertising text must end with “لغو11”."),
    18: _("The number cannot receive messages."),
    19: _("MeliPayamak: the account has sent its number of messages for today."),
    35: _("The number or the text is not valid."),
    -100: _("MeliPayamak: the account may send approved templates only."),
    -108: _("MeliPayamak: this server's IP address is blocked."),
    -109: _("MeliPayamak: allowed IP addresses must be set in the panel."),
    -110: _("MeliPayamak: an API key must be used instead of the password."),
    -111: _("MeliPayamak: this server's IP address is not allowed."),
}
"""Definite refusals."""

TEMPLATE_ANSWERS: dict[int, LazyText] = {
    -1: _("MeliPayamak: the account may not use templates by programs."),
    -2: _("MeliPayamak: a template goes to one number at a time."),
    -3: _("MeliPayamak: the line is not valid."),
    -4: _("MeliPayamak: the template is unknown or not approved."),
    -5: _("MeliPayamak: the values do not fit the variables of the template."),
    -7: _("MeliPayamak: the line is not valid."),
    -10: _("MeliPayamak: a value holds a link."),
}
"""Definite refusals of an approved template. -6, a fault in their system, proves nothing."""
OF_THE_TEMPLATE = {-2, -4, -5, -10}

State = Literal["sent", "delivered", "failed", "unknown"]
STATES: dict[int, tuple[State, LazyText | str]] = {
    0: ("sent", ""),
    1: ("delivered", ""),
    2: ("failed", _("It did not reach the phone.")),
    3: ("failed", _("The operator could not deliver it.")),
    8: ("sent", ""),
    16: ("failed", _("It did not reach the operator.")),
    35: ("failed", _("The recipient has closed the number to advertising.")),
    200: ("sent", ""),
    300: ("failed", _("The text was filtered.")),
    400: ("sent", ""),
    500: ("failed", _("The provider refused it.")),
}
"""5 (an unknown error) and 100 (unknown) prove nothing and are left out."""
