"""What the layer of parties contributes: resources, policies, commands, base data, settings."""

from __future__ import annotations

from kernel.extension.contributions import Setting
from kernel.i18n import _
from kernel.parties import (
    addresses,
    duplicates,
    employments,
    groups,
    households,
    menu,
    pairs,
    photos,
    posts,
    printing,
    relations,
    roles,
    tree,
)
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
)

PART = KernelPart(
    name="parties",
    resources=(*RESOURCES, *PLACES),
    policies=POLICIES,
    commands=commands_in(
        *(roles, groups, tree, segments, duplicates, pairs, photos, printing, merging),
        *(posts, relations, households),
    ),
    base_lists=BASE_LISTS,
    settings=SETTINGS,
    jobs=(merging.FORGETTING, pairs.SEARCHING),
    files=photos.FILES,
    hooks=menu,
)
"""The part that `kernel.administration.assembly` enters."""
