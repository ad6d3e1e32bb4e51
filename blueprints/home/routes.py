"""My page: what holds for me, what waits for me, my exemptions."""

import datetime as dt
from functools import lru_cache

from flask import Blueprint, get_template_attribute, redirect, render_template, request

from blueprints.core.forms import inside, only_fields
from blueprints.core.gate import allow, current_actor, quiet
from blueprints.core.templating import policy as policy_of_page
from blueprints.core.templating import waiting
from enums import ObligationTiming, Role
from rules.acknowledgements import owed
from rules.agreements import signing
from rules.auth.permissions import FAMILY, Permission
from rules.concerns import visitor_concerns
from rules.core import clock
from rules.decisions import queue, receipts
from rules.devices import own as device_own
from rules.exams import reports
from rules.exemption_kinds import KINDS
from rules.exemptions import permissions
from rules.lockers import hand_in
from rules.lockers import own as locker_own
from rules.may_i import right_now
from rules.people import families, people
from rules.policy import in_force, publishing
from rules.reception import admission, stays
from rules.site import status
from rules.visitors import signs

blueprint = Blueprint("home", __name__)

HEADINGS = {ObligationTiming.RIGHT_NOW: "Right now", ObligationTiming.ALWAYS: "Always"}
SHOWN_FOR = dt.timedelta(days=14)


@blueprint.get("/")
@allow(Permission.USE_OWN_PAGE)
def home():
    """The page somebody sees first."""
    return render_template("home/page.html", **told_to(current_actor()))


def told_to(actor):
    """Everything that their page says to somebody."""
    policy = policy_of_page()
    own = permissions.mine(actor, since=clock.today() - SHOWN_FOR) if actor.may(Permission.ASK_EXEMPTION) else []
    easy = actor.holds(Role.PUPIL) and people.likes_easy_read(actor)
    return dict(
        actor=actor,
        waiting=waiting(),
        to_read=owed.waiting(actor, policy.version),
        to_sign=signing.agreements_to_sign(actor),
        talks=queue.talks_for(actor),
        reports=reports.waiting_reports(actor),
        challenged=visitor_concerns.unread_for(actor),
        signs_due=signs.due_for(actor, policy),
        not_signed_out=stays.count_forgotten(actor),
        devices_left=hand_in.left_over(actor),
        locker=locker_own.own(actor),
        school_devices=device_own.of(actor),
        policy_flags=publishing.flags_for(actor, policy),
        at_reception=admission.notice(actor),
        ending=_ending(actor),
        children=families.children_of(actor.id) if actor.holds(Role.PARENT) else [],
        own=[view for view in own if view.people.asker == actor.id or not (view.kind.session and view.over)],
        family=actor.holds(*FAMILY),
        reasons=receipts.reasons_for(actor, own),
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
    if status.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template(
        "home/_site.html", actor=current_actor(), site=right_now.of(current_actor(), in_force.policy_in_force())
    )


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
    people.prefer_easy_read(current_actor(), request.form.get("easy") == "1")
    return redirect(inside(request.form.get("back", "")), 303)


@lru_cache(maxsize=128)
def _duties_of(version, roles):
    """The obligations of a set of roles as their page groups them; a version of the policy never changes.

    Those of now and always as (id, heading, duties), those before something as (what, duties, the kinds of exemption
    that they lead to); and the kinds that the roles may ask for, by id.
    """
    kinds = {kind.id: kind for kind in KINDS.values() if kind.askers & roles}
    groups, before = {heading: [] for heading in HEADINGS.values()}, {}
    for duty in in_force.obligation_lines(version, roles):
        heading = HEADINGS.get(duty.when)
        (groups[heading] if heading else before.setdefault(duty.before, [])).append(duty)
    return (
        [(heading.lower().replace(" ", "-"), heading, duties) for heading, duties in groups.items() if duties],
        [(what, duties, _asked_for(duties, kinds)) for what, duties in before.items()],
        kinds,
    )


def _asked_for(duties, kinds):
    """The kinds of exemption that these duties lead to, each once."""
    return [kinds[form] for form in dict.fromkeys(duty.form for duty in duties) if form in kinds]


def duties_html(version, roles, easy=False):
    """The obligations of a set of roles as HTML."""
    return get_template_attribute("home/_duties.html", "duties")(*_duties_of(version, roles), easy)
