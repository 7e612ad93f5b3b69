"""What a plugin finds when it is installed: the entries of its base-data lists, and the patterns that it suggests."""

from __future__ import annotations

from kernel.administration.suggestions import suggestions, take_over
from kernel.lifecycle.furnishing import Occasion, register_furnisher
from kernel.resources import base_data
from kernel.resources.context import Context


def seed_lists(context: Context, plugin: str, _occasion: Occasion) -> None:
    """Make the entries of a plugin's base-data lists that are missing."""
    base_data.seed(context, context.runtime.declared.declarations.of_plugin(plugin, "base_lists"))


def seed_patterns(context: Context, plugin: str, occasion: Occasion) -> None:
    """Make patterns of what a plugin suggests when it is installed; later only a person does so."""
    if occasion == "install":
        for suggestion in suggestions(context.runtime):
            if suggestion.origin == plugin:
                take_over(context, suggestion)


def install() -> None:
    """Have both done at each installation and upgrade; calling it again changes nothing."""
    register_furnisher("base-lists", seed_lists)
    register_furnisher("patterns", seed_patterns)
