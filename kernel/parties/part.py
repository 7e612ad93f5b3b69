"""What the layer of parties contributes: resources, policies, commands, base data, settings."""

from __future__ import annotations

from kernel.extension.contributions import Job, Setting
from kernel.i18n import _
from kernel.parties import (
    addresses,
    answers,
    consents,
    duplicates,
    employments,
    groups,
    households,
    own,
    pairs,
    personal,
    photos,
    posts,
    relations,
    roles,
    states,
    tree,
)
from kernel.parties.erasing import commands as erasing
from kernel.parties.merge import commands as merging
from kernel.parties.places.resources import PLACES
from kernel.parties.policies import POLICIES
from kernel.parties.resources import ACQUAINTANCE, RESOURCES, TITLES
from kernel.parties.segments import saving as segments
from kernel.resources.commands import commands_in
from kernel.resources.parts import BaseList, KernelPart

BASE_LISTS = (
    BaseList(
        TITLES,
        _("Name prefixes"),
        {
            "mr": _("Mr"),
            "ms": _("Ms"),
            "doctor": _("Dr"),
            "engineer": _("Engineer"),
            "master": _("Professor"),
            "haj": _("Hajj Agha"),
        },
    ),
    BaseList(
        employments.POSITIONS,
        _("Positions"),
        {
            "managing_director": _("Managing director"),
            "chair": _("Chair of the board"),
            "board_member": _("Member of the board"),
            "commercial_manager": _("Commercial manager"),
            "procurement_manager": _("Procurement manager"),
            "sales_manager": _("Sales manager"),
            "finance_manager": _("Finance manager"),
            "accountant": _("Accountant"),
            "secretary": _("Secretary"),
        },
    ),
    BaseList(
        addresses.PURPOSES,
        _("Purposes of addresses"),
        {
            "head_office": _("Head office"),
            "branch": _("Branch"),
            "factory": _("Factory"),
            "store": _("Shop"),
            "warehouse": _("Warehouse"),
            "home": _("Home address"),
        },
    ),
    BaseList(
        ACQUAINTANCE,
        _("Ways of coming to know us"),
        {
            "referral": _("Introduced by somebody"),
            "exhibition": _("Exhibition"),
            "website": _("Website"),
            "social": _("Social network"),
            "advertisement": _("Advertisement"),
            "message": _("Text message"),
            "visit": _("Came in person"),
        },
    ),
    BaseList(
        employments.BUYING_ROLES,
        _("Parts in buying decisions"),
        {
            "decider": _("Decider"),
            "influencer": _("Influencer"),
            "user": _("User of what is bought"),
            "buyer": _("Buyer"),
            "gatekeeper": _("Gatekeeper"),
        },
    ),
    BaseList(
        states.STATES,
        _("States of customers"),
        states.ENTRIES,
        advice=_("What to do next"),
        colours=states.COLOURS,
    ),
    BaseList(personal.OCCUPATIONS, _("Occupations"), personal.OCCUPATION_ENTRIES),
    BaseList(personal.RELIGIONS, _("Religions and denominations"), personal.RELIGION_ENTRIES),
    BaseList(personal.LANGUAGES, _("Languages"), personal.LANGUAGE_ENTRIES),
    BaseList(
        roles.LOST_REASONS,
        _("Reasons why leads are lost"),
        {
            "price": _("Price"),
            "competitor": _("Bought from a competitor"),
            "no_need": _("No need"),
            "no_budget": _("No budget"),
            "no_answer": _("Could not be reached"),
        },
    ),
)

SETTINGS = (
    Setting(
        key="parties.area_code",
        title=_("Area code of numbers written without one"),
        help=_("For example 021: an eight-digit number is then taken for one of Tehran."),
        order=10,
    ),
    Setting(
        key="parties.default_role",
        title=_("Role of a new party"),
        kind="choice",
        default=roles.LEAD,
        choices={kind.key: kind.title for kind in roles.KERNEL_ROLES},
        order=20,
    ),
    Setting(
        key=merging.HOURS,
        title=_("Hours within which a merge can be undone"),
        kind="whole",
        default=24,
        help=_("Until then the merged record is kept whole, with its personal data."),
        order=60,
    ),
    Setting(
        key=consents.REQUIRED,
        title=_("Keep sensitive facts only with consent"),
        kind="yes_no",
        default=True,
        help=_(
            "Religion, health, family and food of a person are then written only while a consent covers them."
        ),
        order=30,
    ),
)

JOBS = (
    Job(
        name="withhold-expired",
        title=_("Withhold facts whose consent has run out"),
        function=consents.withhold_expired,
        at="00:10",
    ),
)

PART = KernelPart(
    name="parties",
    resources=(*RESOURCES, *PLACES),
    facets=personal.FACETS,
    policies=POLICIES,
    commands=commands_in(
        *(roles, groups, tree, segments, duplicates, pairs, photos, merging, erasing),
        *(posts, relations, households, consents, states, own),
    ),
    base_lists=BASE_LISTS,
    settings=SETTINGS,
    jobs=(merging.FORGETTING, pairs.SEARCHING, *JOBS),
    files=photos.FILES,
    hooks=answers,
)
"""The part that `kernel.administration.assembly` enters."""
