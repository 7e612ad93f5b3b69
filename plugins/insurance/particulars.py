"""The particulars of what is insured, by line: fields of the policy, of which each applies to some lines only."""

from __future__ import annotations

from kernel.api import Problem, _, fields
from plugins.insurance.kinds import Chassis, ModelYear, Plate, Vin
from plugins.insurance.models import Policy
from plugins.insurance.trades import BUILDING, NO_CLAIM_LINES, PERSONS, VEHICLE, WORKS, of_lines
from plugins.insurance.words import BUILDINGS, USES

PARTICULARS = (
    Plate(
        "plate",
        _("Plate"),
        when=of_lines(*VEHICLE),
        aliases=("پلاک", "شماره پلاک"),
        placeholder=_("12 ب 345 ایران 67"),
    ),
    Vin("vin", _("VIN"), when=of_lines(*VEHICLE), in_list=True),
    Chassis("chassis", _("Chassis number"), when=of_lines(*VEHICLE), aliases=("شماره شاسی", "شاسی")),
    Chassis("engine_number", _("Engine number"), when=of_lines(*VEHICLE), aliases=("شماره موتور",)),
    fields.Text("vehicle", _("Vehicle"), limit=100, when=of_lines(*VEHICLE), aliases=("خودرو", "نوع خودرو")),
    ModelYear("model_year", _("Model year"), when=of_lines(*VEHICLE), aliases=("سال ساخت", "مدل")),
    fields.Choice("vehicle_use", _("Use of the vehicle"), options=USES, when=of_lines(*VEHICLE)),
    fields.Whole(
        "no_claim_years",
        _("Years without a claim"),
        least=0,
        most=20,
        when=of_lines(*NO_CLAIM_LINES),
        aliases=("سال عدم خسارت", "عدم خسارت"),
    ),
    fields.Text(
        "address", _("Address of the place"), limit=300, required=True, when=of_lines(*BUILDING, *WORKS)
    ),
    fields.PostalCode("postal_code", _("Postal code of the place"), when=of_lines(*BUILDING, *WORKS)),
    fields.Decimal(
        "area", _("Area (square metres)"), places=2, least=1, most=10**7, when=of_lines(*BUILDING)
    ),
    fields.Choice("building", _("Structure"), options=BUILDINGS, when=of_lines(*BUILDING)),
    fields.YesNo("earthquake", _("Earthquake is covered"), when=of_lines(*BUILDING)),
    fields.Whole("persons", _("Number of persons"), least=1, most=10**6, when=of_lines(*PERSONS)),
    fields.Whole("years", _("For how many years"), least=1, most=60, when=of_lines("life")),
    fields.Text("destination", _("Destination"), limit=100, required=True, when=of_lines("travel", "cargo")),
    fields.Text("goods", _("Goods"), limit=300, when=of_lines("cargo", "fire")),
)


def judge(policy: Policy) -> list[Problem]:
    """See that the particulars fit the line, however they were entered: an import brings many rows at once."""
    problems = []
    for item in PARTICULARS:
        value = getattr(policy, item.attribute)
        applies = item.when is None or item.when.fits(policy.line)
        if applies and item.required and value is None:
            problems.append(Problem(item.name, _("%(field)s is required.", field=item.title)))
        elif not applies and value not in (None, False):
            problems.append(Problem(item.name, _("%(field)s is not asked of this line.", field=item.title)))
    if policy.line in VEHICLE and not (policy.plate or policy.vin or policy.chassis):
        problems.append(Problem("plate", _("Enter the plate, the VIN or the chassis number.")))
    return problems
