"""What the layer of lifecycle contributes: the policy of its book of backups."""

from __future__ import annotations

from kernel.access.policies import system
from kernel.lifecycle.backup.models import BackupRow
from kernel.resources.parts import KernelPart

PART = KernelPart(name="lifecycle", policies=(system(BackupRow),))
