"""Everything that is written in the club."""

from plugins.club.commands import care, counter, draws, invoices, membership, points

MODULES = (membership, counter, points, draws, care, invoices)
"""The modules that declare commands."""
