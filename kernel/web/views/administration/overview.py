"""Rights at a glance: all patterns side by side, and what one user holds."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from kernel.administration.overview import all_patterns, user_rights
from kernel.web.current import current
from kernel.web.pages import render
from kernel.web.views.administration.blueprint import administrators, pages


@pages.get("/patterns/overview")
@administrators
def patterns_overview() -> ResponseReturnValue:
    """Show all patterns by kind of record."""
    return render("administration/patterns_overview.html", found=all_patterns(current()))


@pages.get("/users/<int:user_id>/rights", endpoint="user_rights")
@administrators
def rights_of_user(user_id: int) -> ResponseReturnValue:
    """Show what a user's patterns grant together."""
    return render("administration/user_rights.html", found=user_rights(current(), user_id))
