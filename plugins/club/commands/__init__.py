"""Everything that is written in the club."""

from plugins.club.commands import care, counter, draws, invoices, membership, points, surveys

MODULES = (membership, counter, points, draws, care, invoices, surveys)
"""The modules that declare commands."""
