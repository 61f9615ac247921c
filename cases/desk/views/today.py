"""*Aujourd'hui*: what waits, by due time, and for each role what makes its day."""

from flask import abort, render_template, request

from app import clock, hooks
from app.security import current_actor, members_only
from app.today import read_group, read_key, read_today, write_key
from app.waiting import Group
from app.web.tables import write_key as write_place
from cases.desk.grouping import TITLES, bounded, groups_of, named_by, news_of, with_whom
from cases.desk.queries.notices import list_last_notices
from cases.desk.views.base import blueprint
from cases.desk.views.homes import home_of
from cases.referrals.today import TO_ANSWER

#: Messages, and news, shown beside what waits.
ASIDE = 5


@blueprint.get("/")
@members_only
def today() -> str:
    """The home of whoever is signed in."""
    actor = current_actor()
    notices, unread = list_last_notices(actor, ASIDE) if actor.reads_cases else ([], 0)
    day = read_today(hooks.handlers_of("today_sources"), actor, named_by(notices))
    template, context = home_of(actor)
    return render_template(
        "cases/desk/today.html",
        now=clock.now(),
        groups=groups_of(day),
        news=news_of(day, {notice.path for notice in notices}, ASIDE),
        notices=with_whom(notices, day),
        unread=unread,
        newest=write_place(notices[0].created_at, notices[0].id) if notices else "",
        counts=day.counts,
        to_answer=day.kinds[TO_ANSWER],
        bounded=bounded,
        home=template,
        **context,
    )


@blueprint.get("/aujourd-hui/<group>")
@members_only
def list_group(group: str) -> str:
    """All the lines of one part of *Aujourd'hui*, page after page."""
    if group not in list(Group):
        abort(404)
    shown, actor = Group(group), current_actor()
    after = read_key(request.args.get("apres", ""))
    lines, key = read_group(hooks.handlers_of("today_sources"), actor, shown, after)
    title, icon = TITLES[shown]
    return render_template(
        "cases/desk/today_group.html",
        title=title,
        icon=icon,
        group=shown,
        items=[item for _, item in lines],
        is_first=after is None,
        next_key=write_key(key) if key else None,
    )
