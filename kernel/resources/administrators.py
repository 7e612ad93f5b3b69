"""Who may administer: administrators alone, whatever patterns grant. The walls say the same of users and patterns."""

from __future__ import annotations

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden


def administrators_only(context: Context) -> None:
    """Raise `Forbidden` unless an administrator, or the system for a stated reason, is at work."""
    if not (context.actor.is_administrator or context.actor.kind == "system"):
        raise Forbidden(_("Only administrators can do this."))
