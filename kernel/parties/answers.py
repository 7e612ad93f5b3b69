"""What the layer of parties answers to hooks, each from the module that knows it."""

from kernel.parties.marks import party_actions, party_badges, party_panels
from kernel.parties.menu import menu
from kernel.parties.reports import reports

__all__ = ("menu", "party_actions", "party_badges", "party_panels", "reports")
