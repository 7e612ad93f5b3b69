"""What backups contribute: commands, settings, the job of the night, menu and notices."""

from __future__ import annotations

from kernel.administration.backups import asking, notices
from kernel.administration.backups.running import JOBS, SETTINGS
from kernel.resources.commands import commands_in
from kernel.resources.parts import KernelPart

PART = KernelPart(name="backups", commands=commands_in(asking), settings=SETTINGS, jobs=JOBS, hooks=notices)
