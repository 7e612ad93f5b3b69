"""Text that is written in English in the code and rendered later, in the language of whoever reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from kernel.i18n.numbers import localise_digits

if TYPE_CHECKING:
    from kernel.i18n.catalogue import Translations

PLACEHOLDER: Final = re.compile(r"%(?:\((\w+)\)([-#0 +]*\d*(?:\.\d+)?[sdif])|%)")
"""`%(name)s` with the usual flags and types, or `%%`; the name is group 1, the format group 2."""

COUNT: Final = "n"
"""Name of the parameter that chooses between singular and plural."""


@dataclass(frozen=True, slots=True)
class LazyText:
    """A message to be rendered: immutable, hashable, picklable; equal when all its parts are.

    `str()` gives the English text (logs, tests); `render` that of a catalogue. Parameters may be lazy
    themselves; numbers among them are written in the digits of the language, texts stay as they are. As
    with gettext, `%` has a meaning only in messages with parameters.
    """

    message: str
    plural: str | None = None
    context: str | None = None
    params: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        from kernel.i18n.catalogue import ENGLISH

        return self.render(ENGLISH)

    def render(self, translations: Translations) -> str:
        """Translate the message and fill in its parameters.

        A translation whose placeholders do not fit is passed over for the English text: a slip of a
        translator must not cost the page.
        """
        params = dict(self.params)
        translated = self._look_up(translations, params)
        if not params:
            return translated
        try:
            return _fill(translated, params, translations)
        except (KeyError, TypeError, ValueError):
            return _fill(self._english(params), params, translations)

    def _look_up(self, translations: Translations, params: Mapping[str, object]) -> str:
        if self.plural is None:
            return translations.gettext(self.message, self.context)
        return translations.ngettext(self.message, self.plural, _count(params), self.context)

    def _english(self, params: Mapping[str, object]) -> str:
        return self.plural if self.plural is not None and _count(params) != 1 else self.message


def _count(params: Mapping[str, object]) -> int:
    count = params[COUNT]
    if not isinstance(count, int):
        raise TypeError(f"a count must be a whole number, not {count!r}")
    return count


def _fill(template: str, params: Mapping[str, object], translations: Translations) -> str:
    def value_of(match: re.Match[str]) -> str:
        name, format_ = match.groups()
        if name is None:
            return "%"
        value = params[name]
        if isinstance(value, LazyText):
            value = value.render(translations)
        text = f"%{format_}" % (value,)
        return (
            localise_digits(text, translations.locale) if isinstance(value, int | float | Decimal) else text
        )

    return PLACEHOLDER.sub(value_of, template)


def _(message: str, /, **params: object) -> LazyText:
    """Mark a message: `_("Save")`, `_("Row %(number)d", number=3)`."""
    return LazyText(message, params=tuple(params.items()))


def ngettext_lazy(singular: str, plural: str, /, n: int, **params: object) -> LazyText:
    """Mark a message that counts: `ngettext_lazy("%(n)d row", "%(n)d rows", n=3)`."""
    return LazyText(singular, plural, params=(*params.items(), (COUNT, n)))


def pgettext_lazy(context: str, message: str, /, **params: object) -> LazyText:
    """Mark a message whose words mean something else elsewhere.

    The context is the plugin's name, or a word that tells the meaning: `pgettext_lazy("medical",
    "Visit")`. Where a catalogue has no entry for the context, the entry without one serves.
    """
    return LazyText(message, context=context, params=tuple(params.items()))


def npgettext_lazy(context: str, singular: str, plural: str, /, n: int, **params: object) -> LazyText:
    """Mark a message that counts and whose words mean something else elsewhere."""
    return LazyText(singular, plural, context, (*params.items(), (COUNT, n)))


def translate(value: LazyText | str, translations: Translations) -> str:
    """Render a lazy text; a plain string is data and stays as it is."""
    return value.render(translations) if isinstance(value, LazyText) else value
