"""What an exemption is to *may I?*, the slip and everybody else: the same at every moment of its life."""

import datetime as dt

import pytest

from models import Person
from rules.core import clock
from rules.exams import sittings
from rules.exams.sittings import SittingDetails
from rules.exemptions import queries
from rules.exemptions.view import Validity, validity
from rules.may_i.now import permit_now
from rules.may_i.situation import permit_of
from tests.conftest import fitting_request
from tests.support import exemptions
from tests.support.exemptions import EVERY_KIND, kind_name
from tests.support.visitors import MONDAY

MOMENTS = [(day, hour) for day in (22, 23, 24, 25) for hour in (0, 8, 9, 10, 12, 14, 15, 23)]


def agree(exemption):
    """At every moment all that is read of whether it holds is the one answer: status, permit, slip and day's list."""
    for day, hour in MOMENTS:
        date, time = dt.date(2026, 11, day), dt.time(hour)
        with clock.frozen(clock.at(date, time)):
            view = queries.find(exemption)
            answer = validity(view, date, time, view.now.exam_until is not None)
            holds = answer is Validity.IN_FORCE
            assert permit_now(view).validity is answer, (day, hour)
            assert (view.in_force, view.status == "in force") == (holds, holds), (day, hour)
            assert view.holds == (answer is not Validity.OVER), (day, hour)
            listed = exemption in exemptions.permitted_now()
            assert listed == (holds and not view.kind.confidential), (day, hour)


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_status_permit_and_list_agree_at_each_step_of_its_life(cast, kind):
    exemption = exemptions.ask(exemptions.asker_of(kind), kind)
    agree(exemption)
    exemptions.permit(exemption)
    agree(exemption)
    exemptions.VERBS["revoke"](
        exemptions.decider_of(queries.find(exemption)), exemption, exemptions.revision(exemption)
    )
    agree(exemption)


def test_approved_and_not_signed_is_not_yet(cast):
    kind = next(kind for kind in EVERY_KIND if kind.agreement)
    exemption = exemptions.ask(exemptions.asker_of(kind), kind)
    exemptions.approve(cast.head, exemption)
    agree(exemption)
    assert permit_now(queries.find(exemption)).verdict == "Not yet: the agreement waits for a signature"


def test_approved_and_not_started_is_not_started_within_its_times_only(cast):
    kind = next(kind for kind in EVERY_KIND if kind.session)
    exemption = exemptions.ask(cast.teacher, kind)
    exemptions.approve(cast.head, exemption)
    agree(exemption)
    view = queries.find(exemption)
    assert permit_of(view, MONDAY, dt.time(10), False).validity is Validity.NOT_STARTED
    assert permit_of(view, MONDAY, dt.time(7), False).validity is Validity.NOT_NOW


@pytest.mark.parametrize(("reference", "hold"), [("", Validity.EXAM), ("AQA-1", Validity.IN_FORCE)])
def test_an_exam_suspends_it_unless_the_examining_body_has_agreed(cast, reference, hold):
    kind = next(kind for kind in EVERY_KIND if kind.agreement)
    exemption = exemptions.permitted(exemptions.asker_of(kind), kind, exam_permission=reference)
    sitting = SittingDetails("Biology", "AQA", MONDAY, dt.time(9), dt.time(11), "exam-room", (cast.pupil.id,))
    sittings.save(cast.office, sitting)
    agree(exemption)
    assert permit_now(queries.find(exemption)).validity is hold


def test_the_slip_says_until_when(cast):
    exemption = exemptions.permitted(cast.teacher)
    assert permit_now(queries.find(exemption)).verdict == "Permitted now, until 3pm"


def test_only_what_is_about_pupils_own_devices_lets_them_use_those(cast):
    kind = next(kind for kind in EVERY_KIND if kind.session)
    for purpose, own in (("activity-pupils-devices", True), ("activity-school-devices", False)):
        asked = fitting_request(kind, cast.pupil.id, purpose=purpose, device=purpose)
        exemption = exemptions.ask(cast.teacher, kind, purpose=asked.purpose, device=asked.device)
        assert permit_now(queries.find(exemption)).own is own


def test_what_is_for_somebody_who_has_left_is_over(cast):
    exemption = exemptions.permitted(cast.teacher)
    Person.update(active=False).where(Person.id == cast.teacher.id).execute()
    view = queries.find(exemption)
    assert not view.in_force
    assert permit_now(view).validity is Validity.OVER
