"""The clinic's standard reports: sound, and counting what was booked."""

from __future__ import annotations

from dataclasses import replace

from kernel.resources.reports import run
from kernel.resources.reports.standard import standard_reports, unsound_reports
from plugins.medical.reports import REPORTS
from plugins.medical.resources import APPOINTMENT, PATIENT
from plugins.medical.tests.conftest import Clinic


def test_each_is_offered_and_counts_the_appointments(clinic: Clinic) -> None:
    clinic.book("2026-11-21T09:00:00+03:30")
    with clinic.runtime.reading(clinic.administrator) as context:
        offered = [each for each in standard_reports(context) if each.plugin == "medical"]
        assert [each.name for each in offered] == [f"medical.{each.key}" for each in REPORTS]
        for each in offered:
            resource = clinic.runtime.resource(each.report.resource)
            asked = replace(each.report.definition(resource), dated="", period="")
            found = run(context, resource, asked)
            counted = not each.report.filters and each.report.resource == APPOINTMENT.name
            assert found.whole.figures[0] == int(counted), each.name


def test_a_field_of_the_plugins_own_facet_may_group_the_persons(clinic: Clinic) -> None:
    by_blood = replace(REPORTS[0], resource="person", groups=("medical.blood_group",), across="", dated="")
    assert unsound_reports("medical", [by_blood], (APPOINTMENT,), (PATIENT,)) is None
    assert unsound_reports("medical", [by_blood], (APPOINTMENT,), ()) is not None
