"""*Aujourd'hui*: what waits, by due time, and for each role what makes its day."""

from flask import render_template

from app import clock, hooks
from app.security import current_actor, members_only
from app.today import read_today
from cases.desk.grouping import NEWS, group_items, is_told
from cases.desk.queries.notices import list_unread_notices
from cases.desk.views.base import blueprint
from cases.desk.views.homes import home_of


@blueprint.get("/")
@members_only
def today() -> str:
    """The home of whoever is signed in."""
    actor = current_actor()
    now = clock.now()
    items = read_today(hooks.handlers_of("today_sources"), actor)
    notices = list_unread_notices(actor) if actor.reads_cases else []
    told = {notice.path for notice in notices}
    about = {item.url: item.detail for item in items}
    groups = group_items([item for item in items if not is_told(item, told)], now)
    template, context = home_of(actor)
    return render_template(
        "cases/desk/today.html",
        now=now,
        groups=[group for group in groups if group.key != NEWS],
        news=next((group for group in groups if group.key == NEWS), None),
        notices=[(notice, about.get(notice.path, "")) for notice in notices],
        counts={group.key: len(group.items) for group in groups},
        to_answer=sum(1 for item in items if item.kind == "referral"),
        home=template,
        **context,
    )
