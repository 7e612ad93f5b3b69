"""What the numbers of SMS.ir mean: codes of answers and states of delivery."""

from __future__ import annotations

from typing import Literal

from kernel.api import LazyText, _

TEMPORARY = {20}
OF_THE_MESSAGE = {103, 104, 113, 114, 115, 116, 117}
"""Answers that refuse what is in a request, not the account."""

ANSWERS: dict[int, LazyText] = {
    10: _("SMS.ir: the API key is not valid."),
    11: _("SMS.ir: the API key is disabled."),
    12: _("SMS.ir: the API key is bound to other IP addresses."),
    13: _("SMS.ir: the account is not active."),
    14: _("SMS.ir: the account is suspended."),
    20: _("SMS.ir: too many requests at once."),
    101: _("SMS.ir: the line is not valid."),
    102: _("SMS.ir: the account has not enough credit."),
    103: _("The text is empty."),
    104: _("The number cannot receive messages."),
    105: _("SMS.ir: too many messages at once."),
    106: _("SMS.ir: too many messages at once."),
    107: _("SMS.ir: the list of recipients is empty."),
    108: _("SMS.ir: the list of texts is empty."),
    109: _("SMS.ir: the time of sending is not valid."),
    110: _("SMS.ir: there are not as many texts as recipients."),
    113: _("SMS.ir: the template is unknown."),
    114: _("SMS.ir: a value is too long for the template."),
    115: _("The recipient has closed the number to advertising."),
    116: _("SMS.ir: the name of a value is empty."),
    117: _("SMS.ir: the text is not approved."),
    118: _("SMS.ir: the account has sent too many messages."),
    119: _("SMS.ir: the account needs a higher plan."),
    123: _("SMS.ir: the line must be activated."),
}
"""Definite refusals. Code 0, a fault in their system, proves nothing and is not among them."""

REFUSED_BY_STATUS: dict[int, tuple[LazyText, bool]] = {
    401: (_("SMS.ir: the API key is not valid."), False),
    429: (_("SMS.ir: too many requests at once."), True),
}
"""Statuses of HTTP that refuse whatever the body says, and whether only for now."""

State = Literal["sent", "delivered", "failed", "unknown"]
STATES: dict[int, tuple[State, LazyText | str]] = {
    1: ("delivered", ""),
    2: ("failed", _("It did not reach the phone.")),
    3: ("sent", ""),
    4: ("failed", _("It did not reach the operator.")),
    5: ("sent", ""),
    6: ("failed", _("The operator could not deliver it.")),
    7: ("failed", _("The recipient has closed the number to advertising.")),
}
