"""My page: what holds for me, what waits for me, my exemptions."""

import datetime as dt

from flask import Blueprint, get_template_attribute, redirect, render_template, request

from blueprints.gate import allow, me, quiet
from blueprints.posted import inside, only_fields
from blueprints.words import policy as policy_of_page
from blueprints.words import waiting
from enums import ObligationTiming, Role
from rules import (
    acknowledgements,
    admission,
    awaiting,
    challenges,
    clock,
    decided,
    exam_reports,
    exemption_permissions,
    families,
    hand_in_lists,
    my_devices,
    obligations,
    own_lockers,
    people,
    policy_flags,
    queue,
    right_now,
    signs,
    site,
    stays,
)
from rules.exemption_kinds import KINDS
from rules.roles import FAMILY, Permission

blueprint = Blueprint("my_page", __name__)

SHOWN_FOR = dt.timedelta(days=14)


@blueprint.get("/")
@allow(Permission.USE_OWN_PAGE)
def my_page():
    """The page somebody sees first."""
    return render_template("my_page/page.html", **told_to(me._get_current_object()))


def told_to(actor):
    """Everything that their page says to somebody."""
    policy = policy_of_page()
    own = (
        exemption_permissions.mine(actor, since=clock.today() - SHOWN_FOR)
        if actor.may(Permission.ASK_EXEMPTION)
        else []
    )
    easy = actor.holds(Role.PUPIL) and people.likes_easy_read(actor)
    return dict(
        actor=actor,
        waiting=waiting(),
        to_read=acknowledgements.waiting(actor, policy.version),
        to_sign=awaiting.agreements_to_sign(actor),
        talks=queue.talks_for(actor),
        reports=exam_reports.waiting_reports(actor),
        challenged=challenges.unread_for(actor),
        signs_due=signs.due_for(actor, policy),
        not_signed_out=stays.count_forgotten(actor),
        devices_left=hand_in_lists.left_over(actor),
        locker=own_lockers.own(actor),
        school_devices=my_devices.of(actor),
        policy_flags=policy_flags.flags_for(actor, policy),
        at_reception=admission.notice(actor),
        ending=_ending(actor),
        children=families.children_of(actor.id) if actor.holds(Role.PARENT) else [],
        own=[view for view in own if view.people.asker == actor.id or not (view.kind.session and view.over)],
        family=actor.holds(*FAMILY),
        reasons=decided.reasons_for(actor, own),
        returned=[view for view in own if view.status == "returned" and view.people.asker == actor.id],
        lessons=[view for view in own if _can_start(view, actor)],
        reads_easy=easy,
        site=right_now.of(actor, policy, own),
        duties=duties_html(policy.version, actor.roles, easy),
    )


@blueprint.get("/right-now")
@allow(Permission.USE_OWN_PAGE)
@quiet
def how_it_is_now():
    """For my page while it is open: 204 while what it says of right now holds, else how it is now."""
    if site.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template("my_page/_site.html", actor=me, site=right_now.of(me, obligations.policy_in_force()))


def _ending(actor):
    """How many approved exemptions that this person decides end soon."""
    if not actor.may(Permission.DECIDE_EXEMPTIONS):
        return 0
    return sum(view.days_left is not None for view in queue.revocable_by(actor))


def _can_start(view, actor):
    """Whether a lesson activity of one's own is there to be started today, or to be ended."""
    if not view.kind.session or view.people.asker != actor.id:
        return False
    return view.now.session_began is not None or (view.holds and view.request.starts_on == clock.today())


@blueprint.post("/easy-read")
@allow(Permission.USE_OWN_PAGE)
def prefer_easy_read():
    """Switch easy-read on or off, everywhere; it is remembered."""
    only_fields("easy", "back")
    people.prefer_easy_read(me, request.form.get("easy") == "1")
    return redirect(inside(request.form.get("back", "")), 303)


def duties_html(version, roles, easy=False):
    """The obligations of a set of roles as HTML."""
    duties = obligations.obligation_lines(version, roles)
    groups = {
        "Right now": [duty for duty in duties if duty.when is ObligationTiming.RIGHT_NOW],
        "Always": [duty for duty in duties if duty.when is ObligationTiming.ALWAYS],
    }
    before = {}
    for duty in duties:
        if duty.when is ObligationTiming.BEFORE:
            before.setdefault(duty.before, []).append(duty)
    kinds = {kind.id: kind for kind in KINDS.values() if kind.askers & roles}
    return get_template_attribute("my_page/_duties.html", "duties")(groups, before, kinds, easy)
