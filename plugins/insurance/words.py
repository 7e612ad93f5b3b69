"""Fixed choices of the plugin's fields, with their colours, and what may follow on what."""

from __future__ import annotations

from kernel.api import LazyText, _

STATES: dict[str, LazyText] = {
    "request": _("Requested"),
    "waiting": _("Not begun yet"),
    "active": _("Is in force"),
    "grace": _("In the days of grace"),
    "lapsed": _("Lapsed"),
    "renewed": _("Ended and renewed"),
    "cancelled": _("Annulled"),
}
STATE_COLOURS = {
    "request": "grey",
    "waiting": "blue",
    "active": "green",
    "grace": "amber",
    "lapsed": "red",
    "renewed": "cyan",
    "cancelled": "grey",
}
UNENDED = ("waiting", "active", "grace")
"""States of a policy that was issued and has not ended for good."""
STANDING = ("request", *UNENDED)
"""States of a policy about which something can still be done."""

RENEWALS: dict[str, LazyText] = {
    "upcoming": _("Upcoming"),
    "contacted": _("Contacted"),
    "quoted": _("Quoted"),
    "renewed": _("Renewed"),
    "lost": _("Renewal lost"),
}
RENEWAL_COLOURS = {
    "upcoming": "grey",
    "contacted": "blue",
    "quoted": "amber",
    "renewed": "green",
    "lost": "red",
}
OPEN_RENEWALS = ("upcoming", "contacted", "quoted")
MOVES = {
    "upcoming": ("contacted", "quoted"),
    "contacted": ("upcoming", "quoted"),
    "quoted": ("contacted",),
    "renewed": (),
    "lost": ("contacted",),
}
"""Where a card of the renewal board may be moved: renewing and losing have pages of their own, since they ask for more."""

LOST_REASONS: dict[str, LazyText] = {
    "price": _("Price"),
    "competitor": _("Went to another agency"),
    "sold": _("What was insured is sold or gone"),
    "service": _("Not content with the service"),
    "claim": _("Not content with a claim"),
    "unreachable": _("Could not be reached"),
    "not_needed": _("Does not need it any more"),
    "lapsed": _("The days of grace went by"),
    "other": _("Another reason"),
}

OUTCOMES: dict[str, LazyText] = {
    "talked": _("Talked: thinks it over"),
    "wants": _("Wants to renew"),
    "quoted": _("A price was told"),
    "later": _("Asked to be called later"),
    "no_answer": _("No answer"),
    "wrong_number": _("Wrong number"),
}
REACHED = ("talked", "wants", "quoted", "later")
"""Outcomes by which the insured was reached."""

ENDORSEMENTS: dict[str, LazyText] = {
    "premium": _("Change of the premium"),
    "dates": _("Change of the end"),
    "insured": _("Change of insured persons"),
    "object": _("Change of what is insured"),
    "holder": _("Change of the holder"),
    "correction": _("Correction of particulars"),
}

CLAIMS: dict[str, LazyText] = {
    "reported": _("Reported"),
    "documents": _("Documents are gathered"),
    "surveyed": _("Surveyed"),
    "approved": _("Approved"),
    "paid": _("Paid"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
}
CLAIM_COLOURS = {
    "reported": "blue",
    "documents": "amber",
    "surveyed": "violet",
    "approved": "cyan",
    "paid": "green",
    "rejected": "red",
    "withdrawn": "grey",
}
OPEN_CLAIMS = ("reported", "documents", "surveyed", "approved")
CLAIM_MOVES = {
    "reported": ("documents", "surveyed", "withdrawn"),
    "documents": ("surveyed", "withdrawn"),
    "surveyed": ("documents", "approved", "withdrawn"),
    "approved": ("surveyed",),
    "paid": (),
    "rejected": ("documents",),
    "withdrawn": ("documents",),
}
"""Where a card of a claim may be moved: paying and rejecting ask for an amount and a reason on a page of their own."""

RELATIONS: dict[str, LazyText] = {
    "holder": _("The holder"),
    "spouse": _("Spouse"),
    "child": _("Child"),
    "parent": _("Parent"),
    "employee": _("Employee"),
    "other": _("Other"),
}
USES: dict[str, LazyText] = {
    "private": _("Private"),
    "taxi": _("Taxi"),
    "goods": _("Carrying goods"),
    "public": _("Public transport"),
    "motorcycle": _("Motorcycle"),
    "other": _("Other"),
}
BUILDINGS: dict[str, LazyText] = {
    "concrete": _("Concrete"),
    "steel": _("Steel"),
    "brick": _("Brick"),
    "shed": _("Shed"),
    "other": _("Other"),
}
PAID_FROM: dict[str, LazyText] = {"own": _("Noted here"), "sales": _("From the invoice")}
