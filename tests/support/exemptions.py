"""What the rule tests say over and over: asking, deciding, and the clock going on."""

import datetime as dt

import pytest

from models import AuditEvent, Exemption, Person, Stay
from rules.agreements import agreements, signing
from rules.auth.actors import actor_of_person
from rules.core import clock
from rules.core.errors import Invalid
from rules.decisions import deciding
from rules.exemption_kinds import KINDS
from rules.exemption_kinds.prerequisites import By
from rules.exemptions import activities, lifecycle, queries
from rules.today import day_list
from tests.conftest import ANSWERS, ASKERS, MONDAY_AT_TEN, PASSWORD, come_in, fitting_request, visit_of_nurse

MONDAY = dt.date(2026, 11, 23)
TUESDAY = dt.date(2026, 11, 24)
EVERY_KIND = list(KINDS.values())
TEACHING_PERIOD = KINDS["teaching-period"]
REASON = "My mother is in hospital and the ward may ring."


def kind_name(each):
    """How pytest names a test of one kind, and what else goes with it."""
    return getattr(each, "id", str(each))


def id_of(name):
    """The id of somebody of the cast."""
    return Person.get(Person.username == name.replace("_", "-")).id


def who(name):
    """Somebody of the cast as an actor."""
    return actor_of_person(id_of(name))


def asker_of(kind):
    """Who asks for a kind in most tests."""
    return who(ASKERS[kind.id])


def fitting(kind, **changed):
    """A request that fits a kind."""
    return fitting_request(kind, id_of("pupil"), **changed)


def ask(actor, kind=TEACHING_PERIOD, answers=None, **changed):
    """Ask, have everything completed that the kind needs, and return the exemption's id."""
    given = ANSWERS[kind.id] if answers is None else answers
    if kind.for_visitor:
        changed = {"visit": visit_of_nurse(actor.id), **changed}
    exemption = lifecycle.submit(actor, kind, fitting(kind, **changed), given)
    for prerequisite in kind.prerequisites:
        if prerequisite.by is not By.ASKER and prerequisite.id in given:
            dsl = "deputy_dsl" if actor.username == "dsl" else "dsl"
            by = who(dsl) if prerequisite.by is By.DSL else decider_of(queries.find(exemption))
            lifecycle.complete(by, exemption, prerequisite.id, given[prerequisite.id])
    return exemption


def asking_is_refused(actor, kind=TEACHING_PERIOD, answers=None, **changed):
    """What is wrong with a request that cannot be sent, by field; nothing of it was kept."""
    before = Exemption.select().count()
    with pytest.raises(Invalid) as caught:
        ask(actor, kind, answers, **changed)
    assert Exemption.select().count() == before
    return caught.value.errors


def decider_of(view):
    """Who decides an exemption: the headteacher, or whoever does where the headteacher may not."""
    return who("director") if view.people.head_is_party else who("head")


def revision(exemption):
    """The revision of an exemption as somebody who looks at it now sees it."""
    return queries.find(exemption).revision


def approve(actor, exemption, conditions=""):
    """Approve what is there now."""
    deciding.approve(actor, exemption, revision(exemption), conditions or _words(exemption))


VERBS = {
    "approve": lambda actor, exemption, seen: deciding.approve(actor, exemption, seen, _words(exemption)),
    "decline": lambda actor, exemption, seen: deciding.decline(actor, exemption, seen, "No."),
    "return": lambda actor, exemption, seen: deciding.return_to_asker(actor, exemption, seen, "Which room?"),
    "revoke": lambda actor, exemption, seen: deciding.revoke(actor, exemption, seen, "Not any more."),
}


def _words(exemption):
    """The words an approval cannot be without."""
    return queries.find(exemption).kind.arrangement


def to_decide(verb, asker, kind):
    """An exemption in the state from which a verb starts."""
    exemption = ask(asker, kind)
    if verb == "revoke":
        approve(decider_of(queries.find(exemption)), exemption)
    return exemption


def signed(exemption):
    """Have the agreement signed by the pupil and the parent, on their own pages."""
    for name in ("pupil", "parent"):
        sign(who(name), exemption)


def sign(actor, exemption, **changed):
    """Somebody signs the newest agreement about an exemption."""
    newest = agreements.newest_of(queries.find(exemption))
    entered = {"name": actor.name, "agrees": True, "password": PASSWORD, **changed}
    signing.sign(actor, newest.id, **entered)


def permitted(actor, kind=TEACHING_PERIOD, by=None, **changed):
    """Ask, have it approved, signed and started as its kind wants it; returns the exemption's id."""
    exemption = ask(actor, kind, **changed)
    permit(exemption, by)
    return exemption


def permit(exemption, by=None):
    """Have what waits approved, signed and started as its kind wants it."""
    view = queries.find(exemption)
    approve(by or decider_of(view), exemption)
    if view.kind.agreement:
        signed(exemption)
    if view.kind.session:
        activities.start(actor_of_person(view.people.asker), exemption)


def be_here(exemption):
    """Where it is for somebody who visits, they have been signed in today."""
    visit = Exemption.get_by_id(exemption).visit_id
    here = Stay.select().where(Stay.visit == visit, Stay.day == clock.today(), Stay.left_at.is_null())
    if visit and not here.exists():
        come_in(visit)


def in_force(exemption):
    """Whether it permits use now. Where it is one for the list, the list has to say the same (invariant 1)."""
    view = queries.find(exemption)
    assert (exemption in permitted_now()) == (view.in_force and not view.kind.confidential)
    return view.in_force


def later(**delta):
    """The clock, that much after Monday at ten."""
    return clock.frozen(MONDAY_AT_TEN + dt.timedelta(**delta))


def when(day, time):
    """The clock stopped when the school's wall shows a time such as "14:59"."""
    return clock.frozen(clock.at(day, dt.time.fromisoformat(time)))


def permitted_now():
    """The ids in the group NOW of today's list."""
    return [line.id for line in day_list.list_of(clock.today()).group(day_list.NOW)]


def events(record=None):
    """The names of the events on the trail, the oldest first: all, or those about one record."""
    rows = AuditEvent.select(AuditEvent.event).order_by(AuditEvent.id)
    return [row.event for row in (rows.where(AuditEvent.record == record) if record else rows)]
