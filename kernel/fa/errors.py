"""The errors of `kernel.fa`: a code and its parameters, never a sentence.

Sentences belong to a language; `kernel.i18n.messages` has one for every code raised here.
"""

from __future__ import annotations


class FaError(ValueError):
    """An input that cannot be read.

    `code` names what is wrong (`no-such-day`); `params` are the values a message may show (`year`,
    `month`, `day`).
    """

    def __init__(self, code: str, **params: int | str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, int | str] = params

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code} ({values})" if values else self.code


class DateError(FaError):
    """A text or a set of numbers that is no Jalali day."""


class ClockError(FaError):
    """A text that is no time of day, or a local time that the zone skipped."""


class IdentityError(FaError):
    """A number that breaks the rule of its kind; `params["field"]` names the kind: `national-code`."""


class PhoneError(FaError):
    """A text that is no phone number."""


class MoneyError(FaError):
    """A text that is no amount of whole Rials."""
