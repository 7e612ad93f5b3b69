"""What programs send and read of policies: only what must be sent is asked for, and hours go back as they came."""

from __future__ import annotations

from kernel.resources.commands import command_of
from kernel.web.rest import values
from kernel.web.rest.commands import needed
from plugins.insurance.commands.endorsing import endorse
from plugins.insurance.commands.instalments import plan
from plugins.insurance.commands.renewing import renew
from plugins.insurance.resources import POLICY
from plugins.insurance.tests.conftest import Agency


def test_only_what_a_command_cannot_fill_in_is_asked_for() -> None:
    assert needed(command_of(renew)) == {"policy"}
    assert needed(command_of(plan)) == {"policy", "count", "first"}
    assert needed(command_of(endorse)) == {"policy", "kind", "description"}, (
        "a new end is asked of some kinds only"
    )


def test_hours_are_read_as_they_are_sent(agency: Agency) -> None:
    policy = agency.policy(begins_hour="12")
    read = agency.look(lambda context: values.one(context, POLICY, policy))["values"]
    assert (read["begins_hour"], read["ends_hour"]) == ("12", "24")
    agency.edit(policy, ends_hour=read["begins_hour"])
    assert agency.look(lambda context: values.one(context, POLICY, policy))["values"]["ends_hour"] == "12"
