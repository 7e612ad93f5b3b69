"""Access patterns that the plugin suggests: manager, expert of projects, and who only looks on."""

from __future__ import annotations

from kernel.api import PatternSuggestion, _

KINDS = ("projects.project", "projects.task", "projects.phase", "projects.risk")
PARTS = KINDS[1:]
WORKED_ON = "projects.worked_on"
EVERYTHING = (
    "view",
    "create",
    "edit",
    "delete",
    "restore",
    "export",
    "print",
    "report",
    "import",
    "assign",
)
TELLING = ("view", "create", "edit", "delete", "print")
"""Rights of who tells customers how far the work is."""
WORK = {
    ("party", "view"): "all",
    ("interaction", "view"): "all",
    ("interaction", "create"): "all",
    ("interaction", "edit"): "own",
    ("base_data", "create"): "all",
}

# Rights on what belongs to the cartable are given beforehand: they reach nothing until the plugin `tasks` is there.
PATTERNS = (
    PatternSuggestion(
        name="manager",
        title=_("Manager of projects"),
        grants={
            **WORK,
            **{("tasks.task", action): "all" for action in ("view", "create", "edit", "assign", "report")},
            **{("tasks.progress_report", action): "all" for action in TELLING},
            **{(kind, action): "all" for kind in KINDS for action in EVERYTHING},
            **{("projects.state", action): "all" for action in ("view", "create", "edit", "delete")},
            ("projects.service_expert", "edit"): "all",
        },
    ),
    PatternSuggestion(
        name="expert",
        title=_("Expert of projects (projects worked on)"),
        grants={
            **WORK,
            **{("tasks.task", action): "own" for action in ("view", "create", "edit")},
            ("projects.project", "view"): ("own", WORKED_ON),
            ("projects.project", "create"): "own",
            ("projects.project", "edit"): "own",
            ("projects.project", "print"): ("own", WORKED_ON),
            ("projects.project", "report"): ("own", WORKED_ON),
            **{(kind, "view"): ("own", WORKED_ON) for kind in PARTS},
            **{(kind, "create"): "all" for kind in PARTS},
            **{(kind, "edit"): "own" for kind in PARTS},
            **{(kind, action): ("own", WORKED_ON) for kind in PARTS for action in ("export", "report")},
        },
        fields={
            ("projects.project", "budget"): "hidden",
            ("projects.project", "contract_amount"): "hidden",
        },
    ),
    PatternSuggestion(
        name="observer",
        title=_("Observer of projects"),
        grants={(kind, action): "all" for kind in KINDS for action in ("view", "print", "report")},
    ),
)
