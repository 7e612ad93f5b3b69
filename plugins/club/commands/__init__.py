"""Everything that is written in the club."""

from plugins.club.commands import care, contacts, counter, draws, invoices, membership, points, surveys

MODULES = (membership, counter, points, draws, care, invoices, surveys, contacts)
"""The modules that declare commands."""
