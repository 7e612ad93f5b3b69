"""The colours from which a site chooses its accent, and the stylesheet that puts one in force.

Each was chosen so that text in it, on it and on its soft background reaches the contrast of 4.5 to 1 (WCAG 2.1 AA) in light
and dark; a test measures that. A free choice of colour could not promise it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.i18n import LazyText, _


@dataclass(frozen=True)
class Shade:
    """An accent in one appearance: itself, as text, as a background, behind what is selected, and text on it."""

    accent: str
    ink: str
    soft: str
    selected: str
    on_accent: str

    def declarations(self) -> str:
        """Give the custom properties of the stylesheet."""
        return (
            f"--accent:{self.accent};--accent-ink:{self.ink};--accent-soft:{self.soft};"
            f"--selected:{self.selected};--on-accent:{self.on_accent}"
        )


@dataclass(frozen=True)
class Colour:
    """A colour of the palette."""

    title: LazyText
    light: Shade
    dark: Shade


def _colour(title: LazyText, light: tuple[str, str, str, str], dark: tuple[str, str, str, str]) -> Colour:
    return Colour(title, Shade(*light, "#ffffff"), Shade(*dark, "#0b0e18"))


PALETTE: Mapping[str, Colour] = {
    "teal": _colour(
        _("Teal"),
        ("#0b6a7a", "#085463", "#e0f4f8", "#e8f6f9"),
        ("#3fb8cc", "#8fdff0", "#0f2d35", "#123039"),
    ),
    "green": _colour(
        _("Green"),
        ("#17724a", "#115c3b", "#e3f5eb", "#eaf7f0"),
        ("#4cbf87", "#8fe6b8", "#12301f", "#143524"),
    ),
    "crimson": _colour(
        _("Crimson"),
        ("#b4233a", "#951b2f", "#fdeaec", "#fdf0f1"),
        ("#f0727f", "#ffa9b1", "#3a1a1e", "#421d22"),
    ),
    "amber": _colour(
        _("Amber"),
        ("#8a5200", "#704200", "#fdf1d8", "#fdf5e5"),
        ("#e0a343", "#f5cb84", "#35280d", "#3c2e11"),
    ),
    "violet": _colour(
        _("Violet"),
        ("#6a45c4", "#5636a5", "#f1ebfd", "#f5f1fe"),
        ("#a386f5", "#c9b6ff", "#2a2145", "#302650"),
    ),
    "slate": _colour(
        _("Slate"),
        ("#475569", "#334155", "#eef0f3", "#f1f3f6"),
        ("#94a3b8", "#cbd5e1", "#23272f", "#2a2f39"),
    ),
}


def stylesheet(accent: str) -> str:
    """Give the stylesheet of an accent; empty for a name that the palette does not have."""
    colour = PALETTE.get(accent)
    if colour is None:
        return ""
    light, dark = colour.light, colour.dark
    return (
        f":root{{{light.declarations()}}}\n"
        f':root[data-theme="dark"]{{{dark.declarations()}}}\n'
        f"@media print{{:root[data-theme]{{{light.declarations()}}}}}\n"
        f".logo{{background:{light.accent}}}\n"
        f".sign-in .art{{background-color:{light.ink}}}\n"
        f".sign-in .art::before{{background:linear-gradient(200deg,{light.accent}d9,{light.ink}f2 60%,{light.ink})}}\n"
    )
