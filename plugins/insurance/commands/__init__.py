"""Everything that is written in the plugin besides its records' own forms."""

from plugins.insurance.commands import billing, claims, course, daily, ending, renewing, starting, talking

MODULES = (renewing, talking, ending, course, claims, billing, daily, starting)
"""The modules that declare commands."""
