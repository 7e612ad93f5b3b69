"""Workflows that sales ship for the plugin `tasks`: only while that runs on the site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kernel.api import _

if TYPE_CHECKING:
    from plugins.tasks.api import WorkflowTemplate


def workflows() -> Iterable[WorkflowTemplate]:
    """Give the way of an order from the workshop to the customer."""
    from plugins.tasks.api import StepTemplate, WorkflowTemplate

    return (
        WorkflowTemplate(
            key="delivery",
            title=_("Deliver an order"),
            description=_("From getting the order ready to the customer's receipt."),
            resource="sales.order",
            steps=(
                StepTemplate(title=_("Get the order ready"), days=2),
                StepTemplate(
                    title=_("Agree on the day of delivery with the customer"), days=1, priority="high"
                ),
                StepTemplate(title=_("Print the waybill and hand over the goods"), days=2),
                StepTemplate(title=_("Take the customer's receipt"), days=1, needs_result=True),
            ),
        ),
    )
