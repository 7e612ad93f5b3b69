"""What access refuses. The first group is for programmers, the second for users."""

from __future__ import annotations

from kernel.i18n import LazyText


class RefusedStatement(Exception):
    """A session for a user met something that it cannot protect, or a change that its actor may not make.

    The message is English, for logs and programmers. Web pages show a neutral text instead.
    """


class OutOfReach(RefusedStatement):
    """A row may not be written so by its actor: it is not his to change, or would no longer be in his sight."""


class UnprotectedModel(Exception):
    """A mapped table has no policy, or one that cannot be enforced: the site does not start."""


class AccessProblem(ValueError):
    """Something that a person entered cannot be. `code` names the reason, `text` says it politely."""

    def __init__(self, code: str, text: LazyText, field: str | None = None) -> None:
        super().__init__(str(text))
        self.code = code
        self.text = text
        self.field = field
