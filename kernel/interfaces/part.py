"""What the layer of interfaces contributes: webhooks with their tables, commands and jobs."""

from __future__ import annotations

from kernel.access.policies import system
from kernel.interfaces import capture, delivery, editing, notices
from kernel.interfaces.models import Webhook, WebhookAttempt, WebhookDelivery
from kernel.resources.commands import commands_in
from kernel.resources.parts import KernelPart

PART = KernelPart(
    name="interfaces",
    policies=(system(Webhook), system(WebhookDelivery), system(WebhookAttempt)),
    commands=commands_in(editing),
    jobs=delivery.JOBS,
    hooks=notices,
)

INSTALL = capture.install
"""Called when the parts are put together: from then on commits write down what is to be told."""
