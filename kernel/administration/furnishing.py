"""What a plugin finds when it is installed: entries of its base-data lists, its kinds of relations, its patterns."""

from __future__ import annotations

from kernel.administration.suggestions import suggestions, take_over
from kernel.lifecycle.furnishing import Occasion, register_furnisher
from kernel.messages.templates import seed_templates
from kernel.parties.relation_kinds import seed_kinds
from kernel.resources import base_data
from kernel.resources.context import Context


def seed_lists(context: Context, plugin: str, _occasion: Occasion) -> None:
    """Make the entries of a plugin's base-data lists that are missing."""
    base_data.seed(context, context.runtime.declared.declarations.of_plugin(plugin, "base_lists"))


def seed_relation_kinds(context: Context, plugin: str, _occasion: Occasion) -> None:
    """Make a plugin's kinds of relations that are missing."""
    seed_kinds(context, context.runtime.declared.declarations.of_plugin(plugin, "relation_kinds"), plugin)


def seed_texts(context: Context, plugin: str, _occasion: Occasion) -> None:
    """Make a plugin's templates of messages that are missing."""
    seed_templates(context, plugin)


def seed_patterns(context: Context, plugin: str, occasion: Occasion) -> None:
    """Make patterns of what a plugin suggests when it is installed; later only a person does so."""
    if occasion == "install":
        for suggestion in suggestions(context.runtime):
            if suggestion.origin == plugin:
                take_over(context, suggestion)


def install() -> None:
    """Have all of it done at each installation and upgrade; calling it again changes nothing."""
    register_furnisher("base-lists", seed_lists)
    register_furnisher("patterns", seed_patterns)
    register_furnisher("relation-kinds", seed_relation_kinds)
    register_furnisher("templates", seed_texts)
