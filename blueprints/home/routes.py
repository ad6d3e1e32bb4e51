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
    return render_template("home/page.html", **context_for(current_actor()))


def context_for(actor):
    """Everything that their page says to somebody."""
    policy, family = policy_of_page(), actor.holds(*FAMILY)
    own = (
        permissions.mine(actor, since=clock.today() - SHOWN_FOR)
        if Permission.ASK_EXEMPTION in actor.permissions
        else []
    )
    easy = actor.holds(Role.PUPIL) and people.likes_easy_read(actor)
    waits = {
        "waiting": waiting(),
        "to_sign": signing.agreements_to_sign(actor) if family else (),
        "talks": queue.talks_for(actor) if actor.holds(Role.DSL, Role.DEPUTY_DSL) else (),
        "signs_due": signs.due_for(actor, policy) if Permission.CHECK_SIGNS in actor.permissions else 0,
        **{name: ask(actor) if needed in actor.permissions else () for name, needed, ask in WAITS},
        "returned": [view for view in own if view.status == "returned" and view.people.asker == actor.id],
        "lessons": [view for view in own if view.kind.session and _can_start(view, actor)],
    }
    to_read = owed.waiting(actor, policy.version)
    return dict(
        waits=waits,
        actor=actor,
        to_read=to_read,
        something_waits=any(waits.values()) or to_read.owed or to_read.children,
        locker=locker_own.own(actor),
        school_devices=device_own.of(actor),
        policy_flags=publishing.flags_for(actor, policy),
        at_reception=admission.notice(actor) if Permission.KEEP_WATCHLIST in actor.permissions else None,
        children=families.children_of(actor.id) if actor.holds(Role.PARENT) else [],
        own=[view for view in own if view.people.asker == actor.id or not (view.kind.session and view.over)],
        family=family,
        reasons=receipts.reasons_for(actor, own),
        reads_easy=easy,
        site=right_now.of(actor, policy, own),
        duties=_duties_of(policy.version, actor.roles, easy),
    )


def _ending(actor):
    """How many approved exemptions that this person decides end soon."""
    return sum(view.days_left is not None for view in queue.revocable_by(actor))


# What waits for those whose work it is: its name on the page, the permission that makes it theirs, and who knows of it.
WAITS = (
    ("reports", Permission.SETTLE_EXAM_REPORTS, reports.waiting_reports),
    ("challenged", Permission.READ_VISITOR_CONCERNS, visitor_concerns.unread_for),
    ("not_signed_out", Permission.RECEIVE_VISITORS, stays.count_forgotten),
    ("devices_left", Permission.KEEP_LOCKERS, hand_in.left_over),
    ("ending", Permission.DECIDE_EXEMPTIONS, _ending),
)


def _can_start(view, actor):
    """Whether a lesson activity of one's own is there to be started today, or to be ended."""
    if view.people.asker != actor.id:
        return False
    return view.now.session_began is not None or (view.holds and view.request.starts_on == clock.today())


@blueprint.get("/right-now")
@allow(Permission.USE_OWN_PAGE)
@quiet
def how_it_is_now():
    """For my page while it is open: 204 while what it says of right now holds, else how it is now."""
    if status.unchanged(request.args.get("seen", "")):
        return "", 204
    actor = current_actor()
    piece = get_template_attribute("home/_pieces.html", "right_now")
    return piece(right_now.of(actor, in_force.policy_in_force()), actor.permissions)


@blueprint.post("/easy-read")
@allow(Permission.USE_OWN_PAGE)
def prefer_easy_read():
    """Switch easy-read on or off, everywhere; it is remembered."""
    only_fields("easy", "back")
    people.prefer_easy_read(current_actor(), request.form.get("easy") == "1")
    return redirect(inside(request.form.get("back", "")), 303)


@lru_cache(maxsize=128)
def _duties_of(version, roles, easy):
    """The obligations of a set of roles as their page shows them; a version of the policy never changes.

    A section is (id, heading, parts), a part (before what, lines, the kinds of exemption to ask for below them), and a
    line (words, the kind to ask for beside them, clauses, pictures in place of it all).
    """
    kinds = {kind.id: kind for kind in KINDS.values() if kind.askers & roles}
    groups, before = {heading: [] for heading in HEADINGS.values()}, {}
    for duty in in_force.obligation_lines(version, roles):
        heading = HEADINGS.get(duty.when)
        (groups[heading] if heading else before.setdefault(duty.before, [])).append(duty)
    sections = [
        (heading.lower().replace(" ", "-"), heading, [("", _lines(duties, kinds, easy), [])])
        for heading, duties in groups.items()
        if duties
    ]
    if before:
        parts = [(what, _lines(duties, {}, easy), _asked_for(duties, kinds)) for what, duties in before.items()]
        sections.append(("before-you", "Before you …", parts))
    return sections


def _lines(duties, kinds, easy):
    return [(duty.says, kinds.get(duty.form), duty.clauses, duty.easy if easy else ()) for duty in duties]


def _asked_for(duties, kinds):
    """The kinds that these duties lead to, each once."""
    return [kinds[form] for form in dict.fromkeys(duty.form for duty in duties) if form in kinds]
