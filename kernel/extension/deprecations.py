"""What will leave: since when, with which version, and what stands in its place.

Hooks and their arguments are deprecated where they are declared (`@gather(deprecated=…)`); names of `kernel.api` by an
entry in `kernel.api.DEPRECATED`. Whoever uses one gets a warning of Python, which test runners show, and the plugin's page
and the doctor say it to whoever runs the site.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.i18n import LazyText, _


class PeyvandDeprecationWarning(DeprecationWarning):
    """Something of the promised surface is used that will leave."""


@dataclass(frozen=True)
class Deprecated:
    """Versions of the kernel (or of the plugin that declares the hook), and the replacement in words."""

    since: str
    leaves: str
    """The version that no longer has it: two minor releases after `since`, at least."""
    instead: str

    def warning(self, what: str) -> PeyvandDeprecationWarning:
        """The warning for whoever uses it."""
        return PeyvandDeprecationWarning(
            f"{what} is deprecated since {self.since} and leaves with {self.leaves}: use {self.instead}"
        )

    def text(self, what: LazyText | str) -> LazyText:
        """The same for the page of the plugin."""
        return _(
            "It uses %(what)s, which is deprecated since version %(since)s and leaves with %(leaves)s. In its place: "
            "%(instead)s.",
            what=what,
            since=self.since,
            leaves=self.leaves,
            instead=self.instead,
        )


_USED: dict[str, dict[str, Deprecated]] = {}
"""Deprecated names of `kernel.api` by the module that asked for them."""


def deprecated_name(name: str, known: Mapping[str, tuple[Any, Deprecated]]) -> Any:
    """Give a deprecated name to the module that asks for it, and warn; for the `__getattr__` of `kernel.api`.

    Raises `AttributeError` for a name that is not there at all.
    """
    if name not in known:
        raise AttributeError(f"module 'kernel.api' has no attribute {name!r}")
    value, deprecated = known[name]
    asking = sys._getframe(2).f_globals.get("__name__", "")
    _USED.setdefault(asking, {})[name] = deprecated
    warnings.warn(deprecated.warning(f"kernel.api.{name}"), stacklevel=3)
    return value


def used_names(package: str) -> Iterator[tuple[str, Deprecated]]:
    """The deprecated names that modules of a package have asked for."""
    for module, names in _USED.items():
        if module == package or module.startswith(f"{package}."):
            yield from names.items()
