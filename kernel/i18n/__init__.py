"""Words for users: English message ids in code, rendered in the reader's language at the edge.

`from kernel.i18n import _`; `_("Save")` makes a `LazyText`, which a page or a file renders with the
catalogue of its locale: `translate(text, translations)`. Nothing here depends on a request or a thread.
"""

from kernel.i18n.catalogue import ENGLISH, KERNEL_TRANSLATIONS, Catalogue, Translations
from kernel.i18n.lazy import LazyText, _, ngettext_lazy, npgettext_lazy, pgettext_lazy, translate
from kernel.i18n.numbers import localise_digits

__all__ = [
    "ENGLISH",
    "KERNEL_TRANSLATIONS",
    "Catalogue",
    "LazyText",
    "Translations",
    "_",
    "localise_digits",
    "ngettext_lazy",
    "npgettext_lazy",
    "pgettext_lazy",
    "translate",
]
