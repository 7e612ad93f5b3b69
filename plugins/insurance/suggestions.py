"""Access patterns that the plugin suggests: head of the agency, agent with his own policies, clerk."""

from __future__ import annotations

from kernel.api import PatternSuggestion, _

KINDS = ("insurance.policy", "insurance.claim")
OWN_INSURED = "insurance.own_insured"
EVERYTHING = ("view", "create", "edit", "delete", "restore", "export", "print", "report", "assign")
STAFF = ("view", "create", "edit")
LOOKING_UP = {("insurance.insurer", "view"): "all", ("insurance.line", "view"): "all"}
SENDING = {
    ("message", "view"): "own",
    ("message", "send"): "own",
    ("message_template", "view"): "all",
    ("message_kind", "view"): "all",
}
NOTING = {
    ("interaction", "view"): "all",
    ("interaction", "create"): "all",
    ("interaction", "edit"): "own",
}
IMPORTING = {("party", "import"): "all", **{("import", action): "own" for action in STAFF}}

# Rights on what other plugins hold are given beforehand: they reach nothing until these are there.
PATTERNS = (
    PatternSuggestion(
        name="head",
        title=_("Head of the agency"),
        grants={
            **{(kind, action): "all" for kind in KINDS for action in EVERYTHING},
            ("insurance.policy", "import"): "all",
            **{
                (kind, action): "all"
                for kind in ("insurance.insurer", "insurance.line")
                for action in ("view", "create", "edit", "delete")
            },
            **{
                ("party", action): "all"
                for action in ("view", "create", "edit", "print", "send", "report", "export")
            },
            **{("party_family", action): "all" for action in STAFF},
            ("party", "see_sensitive"): "all",
            **{("reminder_ladder", action): "all" for action in (*STAFF, "delete")},
            **{("reminder", action): "all" for action in ("view", "edit")},
            **{("message", action): "all" for action in ("view", "send", "again")},
            **{("message_template", action): "all" for action in STAFF},
            ("message_kind", "view"): "all",
            **{("tasks.task", action): "all" for action in ("view", "create", "edit", "assign")},
            ("base_data", "create"): "all",
            **NOTING,
            **IMPORTING,
        },
    ),
    PatternSuggestion(
        name="agent",
        title=_("Agent (own policies)"),
        grants={
            **{
                (kind, action): "own"
                for kind in KINDS
                for action in ("view", "create", "edit", "print", "report", "export")
            },
            ("party", "view"): ("own", OWN_INSURED),
            ("party", "create"): "own",
            ("party", "edit"): ("own", OWN_INSURED),
            ("party", "print"): ("own", OWN_INSURED),
            ("party", "send"): ("own", OWN_INSURED),
            ("party", "see_sensitive"): "all",
            **{("party_family", action): ("own", OWN_INSURED) for action in STAFF},
            **{("reminder", action): "all" for action in ("view", "edit")},
            **{("tasks.task", action): "own" for action in STAFF},
            ("base_data", "create"): "all",
            **LOOKING_UP,
            **SENDING,
            **NOTING,
        },
    ),
    PatternSuggestion(
        name="clerk",
        title=_("Clerk of the agency (all policies)"),
        grants={
            **{
                (kind, action): "all"
                for kind in KINDS
                for action in ("view", "create", "edit", "print", "report", "export")
            },
            ("insurance.policy", "import"): "all",
            **{("party", action): "all" for action in ("view", "create", "edit", "print", "send")},
            **{("reminder", action): "all" for action in ("view", "edit")},
            **{("tasks.task", action): "own" for action in STAFF},
            ("base_data", "create"): "all",
            **LOOKING_UP,
            **SENDING,
            **NOTING,
            **IMPORTING,
        },
    ),
)
