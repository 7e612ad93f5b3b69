"""Everything that is written in the plugin besides its records' own forms."""

from plugins.insurance.commands import claims, course, daily, ending, renewing, starting, talking

MODULES = (renewing, talking, ending, course, claims, daily, starting)
"""The modules that declare commands."""
