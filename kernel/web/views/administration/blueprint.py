"""The blueprint of administration, and the guard of its views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Blueprint

from kernel.resources.administrators import administrators_only
from kernel.web.current import current

P = ParamSpec("P")
R = TypeVar("R")

pages = Blueprint("administration", "kernel.web", url_prefix="/administration")


def administrators(view: Callable[P, R]) -> Callable[P, R]:
    """Guard a view: administrators only, whatever is granted to others."""

    @wraps(view)
    def guarded(*args: P.args, **values: P.kwargs) -> R:
        administrators_only(current())
        return view(*args, **values)

    return guarded
