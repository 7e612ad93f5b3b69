"""The rules of the conformance suite in words, and how a broken one is told."""

from __future__ import annotations

from collections.abc import Iterable

DOCUMENT = "docs/plugins/testing.md"

RULES = {
    "manifest": "A plugin's manifest is valid, its name its own, its entry point found, its icons registered.",
    "importing": "Importing a plugin only defines: no engine, thread, socket, process, file or patch comes of it.",
    "imports": "A plugin imports kernel.api, and the api of plugins that it requires, or inside functions of those it works"
    " with; its migrations import neither, but for what is made for them.",
    "schema": "A plugin's tables stand in its own schema; references lead to the kernel or to what it requires, each with"
    " its delete rule; nothing is put on a class or table of the kernel.",
    "policies": "Every model has one policy, and every policy can be enforced.",
    "migrations": "The migrations make what the models say.",
    "lifecycle": "Each step of a plugin's life does its work whole, or, killed at any point, not at all.",
    "uninstall": "Uninstalling leaves nothing of the plugin, and nothing else changes.",
    "restore": "A restored archive brings back the same definitions and the same rows under the same ids.",
    "walls": "No statement reads or changes a row that its actor may not see: by the session alone, by the database alone.",
    "routes": "No page answers those who may not see it, and none breaks down whatever it is asked.",
    "budget": "A page costs the same number of statements however many rows it shows.",
    "texts": "Every text has words in Persian, written with Persian letters and the same places.",
    "empty": "Every page opens while there is nothing to show.",
    "long": "Every page opens with texts of sixty letters.",
    "locale": "Every page opens in English, with Persian data.",
    "failing": "A hook that fails costs the plugin's own part of a page; the page answers and the failure is recorded.",
}
"""Each rule by the name of its section in the document."""


def report(rule: str, problems: Iterable[str]) -> None:
    """Fail with the rule in words, where it is explained, and every problem; pass where there is none."""
    found = list(problems)
    if found:
        lines = "\n".join(f"  - {each}" for each in found)
        raise AssertionError(f"{RULES[rule]}\nSee {DOCUMENT}#{rule}. Found:\n{lines}")
