"""What is kept of a list under names, views and reports alike: opened, saved, changed, shared, pinned, deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue

from kernel.administration.plugins import titles
from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound
from kernel.resources.fields import UserLink
from kernel.resources.lists import ListQuery
from kernel.resources.lists.keeping import Resting, resting_words
from kernel.resources.resource import Resource
from kernel.resources.saved_views.models import LIST
from kernel.resources.saved_views.reading import View, find_view, open_view
from kernel.resources.saved_views.saving import sharing_patterns
from kernel.web.current import Outcome, current, run_command, tell
from kernel.web.own_views import my_views
from kernel.web.pages import go_to, render, words
from kernel.web.security import local_address
from kernel.web.views.addresses import list_url

MARKS: dict[str, dict[str, Any]] = {
    "pin": {"pinned": True},
    "unpin": {"pinned": False},
    "default": {"by_itself": True},
    "no_default": {"by_itself": False},
}
FILTER = re.compile(r"f\.|g\d+\.")
"""How arguments that narrow a list begin."""
Arguments = Mapping[str, Sequence[str]]
"""Arguments of an address."""


@dataclass(frozen=True)
class Words:
    """What the pages say of one form of what is kept."""

    many: LazyText
    everything: LazyText
    explained: LazyText
    new_title: LazyText
    edit_title: LazyText
    saved: LazyText
    deleted: LazyText
    rests: LazyText
    broken: LazyText
    in_place: LazyText
    without: LazyText
    save_new: LazyText
    delete: LazyText
    sure: LazyText


class Saved:
    """The pages of what is kept of lists in one form. Each view gets the resource, and checks its own rights."""

    form: ClassVar[str] = LIST
    right: ClassVar[str] = "view"
    below: ClassVar[str] = "/views"
    opens_by_itself: ClassVar[bool] = True
    words = Words(
        many=_("Views"),
        everything=_("All rows"),
        explained=_("A view keeps filters, search, order, groups and columns of this list."),
        new_title=_("Save as a view"),
        edit_title=_("Name and sharing of the view"),
        saved=_("The view was saved."),
        deleted=_("The view was deleted."),
        rests=_("This view rests"),
        broken=_("This view cannot be shown"),
        in_place=_("Nothing is shown in its place, since the list would be wider than the view means."),
        without=_("The list without this view"),
        save_new=_("Save as a new view…"),
        delete=_("Delete the view"),
        sure=_("Delete this view? The records stay."),
    )

    def read(self, context: Context, resource: Resource, view: View) -> tuple[str, Sequence[LazyText | str]]:
        """Give the address that shows it to its reader, and what had to be left out; `Invalid` where it cannot be read."""
        found = open_view(context, resource, view)
        return list_url(resource, found.query), found.left_out

    def asked(self, resource: Resource) -> Arguments:
        """Give what the address asks for, as it is kept."""
        query = ListQuery.from_args(resource, request.args)
        return replace(query, cursor=None, direction="next", view="", opened=()).to_args()

    def kept(self, resource: Resource, view: View) -> Arguments:
        """Give what is kept, in the form of `asked`."""
        return view.query.to_args()

    def narrowed(self, asked: Arguments) -> bool:
        """Say whether what is asked for is not everything."""
        return any(name == "q" or FILTER.match(name) for name in asked)

    def everything(self, resource: Resource) -> str:
        """Give the address of the list or report without any of them."""
        return list_url(resource, ListQuery(view="all"))

    def url(self, resource: Resource, view_id: int) -> str:
        """Give the address that opens one."""
        return f"/{resource.path}{self.below}/{view_id}"

    def opened(self, resource: Resource, view_id: int) -> ResponseReturnValue:
        """Go to what is kept; what cannot be read for its reader says why, and shows nothing."""
        context = current()
        view = self._find(context, resource, view_id)
        try:
            address, left_out = self.read(context, resource, view)
        except Invalid as error:
            return self._broken(context, resource, view, error)
        if left_out:
            names = "، ".join(context.text(each) for each in left_out)
            tell(
                _("Left out of this view, since it is gone or you may not see it: %(names)s", names=names),
                "notice",
            )
        return go_to(address)

    def new(self, resource: Resource) -> ResponseReturnValue:
        """Ask for a name for what is shown, or keep it."""
        context = current()
        context.require(resource.permission, self.right)
        arguments = self.asked(resource)
        outcome = None
        if request.method == "POST":
            outcome = run_command(
                "saved_view.save",
                quiet=True,
                resource=resource.name,
                kind=self.form,
                name=request.form.get("name", ""),
                arguments=arguments,
                **_sharing(),
            )
            if outcome.done:
                tell(self.words.saved)
                return go_to(self.url(resource, outcome.value))
        address = _with(f"/{resource.path}{self.below}/new", arguments)
        return self._dialog(address, None, outcome)

    def edit(self, resource: Resource, view_id: int) -> ResponseReturnValue:
        """Ask for another name and for whom it is, or save both."""
        view = self._find(current(), resource, view_id)
        outcome = None
        if request.method == "POST":
            outcome = run_command(
                "saved_view.change",
                quiet=True,
                view_id=view_id,
                name=request.form.get("name", ""),
                version=stored_number(request.form.get("_version", "")),
                **_sharing(),
            )
            if outcome.done:
                tell(self.words.saved)
                return go_to(self.url(resource, view_id))
        return self._dialog(f"{self.url(resource, view_id)}/edit", view, outcome)

    def update(self, resource: Resource, view_id: int) -> ResponseReturnValue:
        """Keep what is shown now under a name that is there."""
        self._find(current(), resource, view_id)
        if run_command("saved_view.change", view_id=view_id, arguments=self.asked(resource)).done:
            tell(self.words.saved)
        return go_to(self.url(resource, view_id))

    def delete(self, resource: Resource, view_id: int) -> ResponseReturnValue:
        """Delete it; the records stay."""
        self._find(current(), resource, view_id)
        if run_command("saved_view.delete", view_id=view_id).done:
            tell(self.words.deleted)
        return go_to(self.everything(resource))

    def mark(self, resource: Resource, view_id: int) -> ResponseReturnValue:
        """Pin it to the reader's menu or let it open by itself, or take that back."""
        self._find(current(), resource, view_id)
        wanted = MARKS.get(request.form.get("do", ""))
        if wanted is None or ("by_itself" in wanted and not self.opens_by_itself):
            raise NotFound()
        run_command("saved_view.mark", view_id=view_id, **wanted)
        return go_to(local_address(request.form.get("back"), self.everything(resource)))

    def shown(self, context: Context, resource: Resource, asked: Arguments, open_id: str) -> dict[str, Any]:
        """Give the tabs above a list or report, and what can be done with the one that is open."""
        views = [
            each for each in my_views(context) if each.resource == resource.name and each.form == self.form
        ]
        opened = next((each for each in views if str(each.id) == open_id), None)
        everything = {
            "label": context.text(self.words.everything),
            "url": self.everything(resource)
            if not self.opens_by_itself or any(each.by_itself for each in views)
            else list_url(resource),
            "current": opened is None and not self.narrowed(asked),
        }
        tabs = [
            {"label": each.name, "url": self.url(resource, each.id), "current": each is opened}
            for each in views
        ]
        return {
            "words": self.words,
            "opens_by_itself": self.opens_by_itself,
            "tabs": [everything, *tabs] if views else [],
            "open": opened,
            "changed": opened is not None and self.kept(resource, opened) != asked,
            "mine": opened is not None and is_mine(context, opened),
            "new_url": _with(f"/{resource.path}{self.below}/new", asked),
            "update_url": _with(f"{self.url(resource, opened.id)}/update", asked) if opened else None,
            "url": self.url(resource, opened.id) if opened else None,
            "owner": owner_of(context, opened),
        }

    def _broken(
        self, context: Context, resource: Resource, view: View, error: Invalid
    ) -> ResponseReturnValue:
        rests = isinstance(error, Resting)
        reason = error.message
        if isinstance(error, Resting):
            reason = resting_words(titles(context).get(error.plugin, error.plugin))
        return render(
            "records/view_broken.html",
            title=view.name,
            view=view,
            said=self.words,
            reason=words(reason),
            rests=rests,
            mine=is_mine(context, view),
            list_title=context.text(resource.plural),
            all_url=self.everything(resource),
            delete_url=f"{self.url(resource, view.id)}/delete",
            mark_url=f"{self.url(resource, view.id)}/mark",
        )

    def _find(self, context: Context, resource: Resource, view_id: int) -> View:
        context.require(resource.permission, self.right)
        view = find_view(context, view_id)
        if view.resource != resource.name or view.form != self.form:
            raise NotFound()
        return view

    def _dialog(self, address: str, view: View | None, outcome: Outcome | None) -> ResponseReturnValue:
        context = current()
        may_share = context.may("saved_view", "share") or (view is not None and view.audience != "own")
        ticked = request.form.getlist("pattern") or [str(each) for each in (view.patterns if view else ())]
        return render(
            "records/view_dialog.html",
            status=200 if outcome is None else outcome.status,
            address=address,
            said=self.words,
            name=request.form.get("name", view.name if view else ""),
            view=view,
            audience=request.form.get("audience", view.audience if view else "own"),
            patterns=[(number, title, str(number) in ticked) for number, title in sharing_patterns(context)]
            if may_share
            else [],
            may_share=may_share,
            error="" if outcome is None or outcome.message is None else words(outcome.message),
        )


VIEWS = Saved()


def view_url(resource: Resource, view_id: int) -> str:
    """Give the address that opens a view of a list."""
    return VIEWS.url(resource, view_id)


def shown_views(context: Context, resource: Resource, query: ListQuery) -> dict[str, Any]:
    """Give the tabs above a list, and what can be done with the view that is open."""
    asked = replace(
        query, cursor=None, direction="next", limit=ListQuery().limit, view="", opened=(), at=""
    ).to_args()
    return {"saved": VIEWS.shown(context, resource, asked, query.view)}


def owner_of(context: Context, view: View | None) -> str:
    """Name who made a view of somebody else; empty for one's own."""
    if view is None or view.owner_id == context.actor.user_id:
        return ""
    return UserLink("owner", _("User")).labels([view.owner_id], context).get(view.owner_id, "")


def is_mine(context: Context, view: View) -> bool:
    """Say whether the actor may change a view that he sees."""
    return view.owner_id == context.actor.user_id or context.actor.is_administrator


def _sharing() -> dict[str, Any]:
    if "audience" not in request.form:
        return {}
    numbers = (stored_number(each) for each in request.form.getlist("pattern"))
    patterns = [number for number in numbers if number is not None]
    return {"audience": request.form["audience"], "patterns": patterns}


def _with(path: str, arguments: Arguments) -> str:
    asked = urlencode(arguments, doseq=True)
    return f"{path}?{asked}" if asked else path
