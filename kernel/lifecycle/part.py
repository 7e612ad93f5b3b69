"""What the layer of lifecycle contributes: the policies of its book of backups and of the seals."""

from __future__ import annotations

from kernel.access.policies import system
from kernel.lifecycle.backup.models import BackupRow
from kernel.lifecycle.seals.models import Seal
from kernel.resources.parts import KernelPart

PART = KernelPart(name="lifecycle", policies=(system(BackupRow), system(Seal, append_only=True)))
