"""Record kinds of the plugin: projects with their states, phases and milestones, tasks, risks."""

from plugins.projects.resources.lists import BASE_LISTS
from plugins.projects.resources.plan import PHASE, RISK, TASK
from plugins.projects.resources.project import PROJECT, STATE

RESOURCES = (PROJECT, TASK, PHASE, RISK, STATE)

__all__ = ["BASE_LISTS", "PHASE", "PROJECT", "RESOURCES", "RISK", "STATE", "TASK"]
