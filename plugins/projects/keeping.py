"""Keeping the progress of projects right, in the transaction of whatever changes a task.

The project is locked before its tasks are read: of two changes at once the second sees what the first has written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import inspect, select

from kernel.api import Context
from plugins.projects.models import Phase, ProgressPoint, Project, State, Task
from plugins.projects.progress import progress_of

TASKS_THAT_STAND = (Task.binned_at.is_(None),)


def refresh(context: Context, project_ids: Iterable[int]) -> None:
    """Compute the progress of these projects anew and note the day's point where it changed."""
    wanted = sorted(set(project_ids))
    if not wanted:
        return
    context.session.flush()
    with context.system("the progress follows the tasks") as system:
        for number in wanted:
            _refresh_one(system, number)
        system.session.flush()
    _read_anew(context, wanted)


def _read_anew(context: Context, project_ids: Iterable[int]) -> None:
    """Let the actor's session read these projects again; what else it holds is still to be told in the history."""
    known = set(project_ids)
    for held in list(context.session):
        if isinstance(held, Project) and (inspect(held).identity or (0,))[0] in known:
            context.session.expire(held)


def _refresh_one(system: Context, number: int) -> None:
    # With populate_existing, since the project may have been read before the lock was there.
    # A new task's foreign key holds the project by FOR KEY SHARE, which this lock lets pass: two of them would wait for each
    # other else.
    locked = select(Project).where(Project.id == number).with_for_update(key_share=True)
    project = system.session.execute(
        locked, execution_options={"populate_existing": True}
    ).scalar_one_or_none()
    if project is None:
        return
    standing = select(Task.value, Task.percent, Task.state).where(
        Task.project_id == number, *TASKS_THAT_STAND
    )
    by_tasks = progress_of(system.session.execute(standing).all())
    progress = (project.manual_progress or 0) if by_tasks is None else by_tasks
    if project.progress != progress:
        project.progress = progress
    _note_point(system, number, progress)


def _note_point(system: Context, number: int, progress: int) -> None:
    """One point a day; a day on which nothing changed has none."""
    latest = system.session.execute(
        select(ProgressPoint)
        .where(ProgressPoint.project_id == number, ProgressPoint.day <= system.today)
        .order_by(ProgressPoint.day.desc())
        .limit(1)
    ).scalar_one_or_none()
    if latest is not None and latest.progress == progress:
        return
    if latest is not None and latest.day == system.today:
        latest.progress = progress
        return
    system.session.add(ProgressPoint(project_id=number, day=system.today, progress=progress))


def follow_project(context: Context, ids: Sequence[int], action: str) -> None:
    """A project was written: what was entered by hand may hold now."""
    if action in ("created", "changed"):
        refresh(context, ids)


def follow_task(context: Context, ids: Sequence[int], action: str) -> None:
    """A task was written, binned or brought back: its project's sum is another."""
    if action == "purged":
        return  # It lay in the bin, and has left the sum when it went there.
    with context.system("the projects of changed tasks") as system:
        of = select(Task.project_id).where(Task.id.in_(list(ids)))
        projects = list(system.session.execute(of).scalars())
    refresh(context, projects)
    if action == "created":
        from plugins.projects.cartable import follow_new
        from plugins.projects.telling import tell_of_new

        follow_new(context, ids)
        tell_of_new(context, ids)


def follow_state(context: Context, ids: Sequence[int], action: str) -> None:
    """A state means something else now: its projects follow."""
    if action != "changed":
        return
    with context.system("the stage follows the state") as system:
        changed = (
            select(Project, State.stage)
            .join(State, State.id == Project.state_id)
            .where(State.id.in_(list(ids)), Project.stage != State.stage)
        )
        found = system.session.execute(changed).all()
        for project, stage in found:
            project.stage = stage
        system.session.flush()
        numbers = [project.id for project, _stage in found]
    _read_anew(context, numbers)


def phases_of(context: Context, project_id: int) -> Sequence[Phase]:
    """Give the phases and milestones of a project that the actor sees, in their order."""
    wanted = (
        select(Phase)
        .where(Phase.project_id == project_id)
        .order_by(Phase.place, Phase.planned_until, Phase.id)
    )
    return context.session.execute(wanted).scalars().all()
