"""A lesson activity on the day: the teacher who asked starts and ends it, with one tap each (clauses 5.4, 5.5)."""

import datetime as dt

import pytest

from enums import ExemptionState
from models import ActivitySession, AuditEvent
from rules.core import clock
from rules.decisions import deciding
from rules.exemptions import activities, lifecycle
from tests.conftest import CAST
from tests.pages.today.test_today import at
from tests.support import exemptions

LESSON = "educational-activity"


def buttons(answer):
    """The words of the buttons in the middle of the page."""
    return [button.text for button in answer.page.one("main").all("button")]


def groups(browser):
    """The groups of today's list with their numbers."""
    return [row.text for row in browser.get("/today").page.all("tr") if "ox-today__group" in row.classes]


@pytest.fixture
def lesson(approved):
    """An approved activity from 9am to 3pm of this Monday; its id."""
    return approved(None, LESSON)


def test_it_is_in_force_from_start_to_end_and_the_office_sees_it_live(sign_in_as, lesson, stored):
    teacher, office = sign_in_as("teacher"), sign_in_as("office")
    assert groups(office) == ["Later today, or not started (1)"]
    assert "Not started" in office.get("/today").words
    assert buttons(teacher.get(f"/activities/{lesson}")) == ["Start"]
    assert not stored(lesson).in_force
    answer = teacher.post(f"/activities/{lesson}/start")
    assert (answer.status, answer.location) == (303, f"/activities/{lesson}")
    assert stored(lesson).in_force
    assert groups(office) == ["In force now (1)"]
    words = office.get("/today").words
    assert "Started at 10am" in words
    assert "Running" in words
    page = teacher.get(f"/activities/{lesson}")
    assert buttons(page) == ["End"]
    assert "Until 3pm" in page.words
    assert teacher.post(f"/activities/{lesson}/end").status == 303
    assert not stored(lesson).in_force
    assert groups(office) == ["Ended today (1)"]
    assert [row.event for row in AuditEvent.select().order_by(AuditEvent.id.desc()).limit(2)] == [
        "activity-ended",
        "activity-started",
    ]


def test_the_page_tells_who_takes_part_where_and_when_and_not_the_assessment(sign_in_as, lesson):
    answer = sign_in_as("teacher").get(f"/activities/{lesson}")
    for said in ("Kestrel class", "Pupil Invented", "9am to 3pm", "Staff room, Teaching areas"):
        assert said in answer.words
    assert "Names could stay in the browser." not in answer.text


def test_after_its_time_it_runs_over_time_until_somebody_ends_it(sign_in_as, lesson):
    sign_in_as("teacher").post(f"/activities/{lesson}/start")
    with at(15):
        assert groups(sign_in_as("office")) == ["Over time: this should have ended (1)"]
        page = sign_in_as("teacher").get(f"/activities/{lesson}")
        assert "Over time: it should have ended at 3pm" in page.words
        assert buttons(page) == ["End"]
        waiting = sign_in_as("teacher").get("/").page.by_id("waiting").parent
        assert "Over time" in sign_in_as("office").get("/today").words
        assert waiting is not None
        assert sign_in_as("teacher").post(f"/activities/{lesson}/end").status == 303
        assert groups(sign_in_as("office")) == ["Ended today (1)"]


def test_the_open_list_is_told_of_start_end_and_over_time(sign_in_as, lesson):
    office, teacher = sign_in_as("office"), sign_in_as("teacher")
    for step, says in (("start", "In force now (1)"), ("end", "Ended today (1)")):
        poll = office.get("/today").page.by_id("list")["hx-get"]
        assert office.get(poll, piece=True).status == 204
        teacher.post(f"/activities/{lesson}/{step}")
        answer = office.get(poll, piece=True)
        assert answer.status == 200
        assert says in answer.words
    teacher.post(f"/activities/{lesson}/start")
    poll = office.get("/today").page.by_id("list")["hx-get"]
    with at(15):
        assert "Over time" in sign_in_as("office").get(poll, piece=True).words


# --- Not now, not twice, not by others ----------------------------------------------------------------------


def test_it_is_started_once_and_ended_once(sign_in_as, lesson):
    teacher = sign_in_as("teacher")
    assert teacher.post(f"/activities/{lesson}/end").status == 409
    assert teacher.post(f"/activities/{lesson}/start").status == 303
    again = teacher.post(f"/activities/{lesson}/start")
    assert again.status == 409
    assert "It has been running since 10am. Nothing was changed by your click." in again.words
    assert teacher.post(f"/activities/{lesson}/end").status == 303
    late = teacher.post(f"/activities/{lesson}/end")
    assert late.status == 409
    assert "It is not running. Nothing was changed by your click." in late.words
    assert ActivitySession.select().count() == 1


@pytest.mark.parametrize(
    ("hour", "minute", "day", "words"),
    [
        (8, 49, 23, "You can start it from 8:50am on Monday 23 November 2026 on."),
        (15, 0, 23, "It is over."),
        (9, 30, 24, "It is over."),
        (9, 30, 22, "You can start it from 8:50am on Monday 23 November 2026 on."),
    ],
)
def test_outside_its_time_it_is_not_started_and_the_page_says_why(sign_in_as, lesson, hour, minute, day, words):
    with at(hour, minute, day):
        teacher = sign_in_as("teacher")
        page = teacher.get(f"/activities/{lesson}")
        assert words in page.words
        assert buttons(page) == []
        answer = teacher.post(f"/activities/{lesson}/start")
        assert answer.status == 409
        assert words in answer.words
    assert ActivitySession.select().count() == 0


def test_a_teacher_may_press_start_a_little_early_and_nothing_holds_before_its_time(sign_in_as, lesson, stored):
    with at(8, 50):
        assert sign_in_as("teacher").post(f"/activities/{lesson}/start").status == 303
        assert not stored(lesson).in_force
        assert groups(sign_in_as("office")) == ["Later today, or not started (1)"]
    with at(9):
        assert stored(lesson).in_force


def test_what_is_not_approved_is_not_started(sign_in_as, ask, cast):
    waiting, declined = ask(None, LESSON, device="first"), ask(None, LESSON, device="second")
    deciding.decline(cast.deputy, declined, 1, "x")
    for exemption in (waiting, declined):
        answer = sign_in_as("teacher").post(f"/activities/{exemption}/start")
        assert answer.status == 409
        assert "It is not approved." in answer.words


@pytest.mark.parametrize("step", ["revoked", "withdrawn", "changed"])
def test_what_stops_while_it_runs_is_no_longer_running(sign_in_as, permitted, cast, stored, step):
    lesson = permitted(LESSON)
    if step == "revoked":
        deciding.revoke(cast.deputy, lesson, exemptions.revision(lesson), "x")
    elif step == "withdrawn":
        lifecycle.withdraw(cast.teacher, lesson)
    else:
        request = exemptions.fitting(stored(lesson).kind, device="other tablets")
        lifecycle.change(cast.teacher, lesson, exemptions.revision(lesson), request)
    assert ActivitySession.select().where(ActivitySession.ended_at.is_null()).count() == 0
    teacher = sign_in_as("teacher")
    assert "It is not approved." in teacher.get(f"/activities/{lesson}").words
    assert teacher.post(f"/activities/{lesson}/end").status == 409
    assert teacher.post(f"/activities/{lesson}/start").status == 409
    assert stored(lesson).state is not ExemptionState.APPROVED


@pytest.mark.parametrize("who", [who for who in CAST if who != "teacher"])
def test_nobody_else_starts_or_ends_it(sign_in_as, permitted, approved, who):
    running, ready = permitted(LESSON), approved(None, LESSON, device="others")
    browser = sign_in_as(who)
    wanted = 404 if "staff-direct" in {role.value for role in CAST[who]} else 403
    for address in (f"/activities/{running}/end", f"/activities/{ready}/start"):
        assert browser.post(address).status == wanted
    assert browser.get(f"/activities/{ready}").status == wanted
    assert ActivitySession.select().where(ActivitySession.ended_at.is_null()).count() == 1


def test_an_exemption_of_another_kind_is_not_run(sign_in_as, approved):
    exemption = approved()
    for address in (f"/activities/{exemption}/start", f"/activities/{exemption}/end"):
        assert sign_in_as("teacher").post(address).status == 404
    assert sign_in_as("teacher").get(f"/activities/{exemption}").status == 404


# --- Deciding it --------------------------------------------------------------------------------------------


def test_the_asking_teacher_does_not_decide_it_not_even_one_in_slt(sign_in_as, ask, stored):
    exemption = ask("deputy", LESSON)
    deputy = sign_in_as("deputy")
    assert f"request-{exemption}" not in deputy.get("/decisions").page.ids
    assert deputy.post(f"/decisions/{exemption}/approve", {"revision": "1"}).status == 403
    assert sign_in_as("assistant_head").post(f"/decisions/{exemption}/approve", {"revision": "1"}).status == 303
    assert stored(exemption).state is ExemptionState.APPROVED


@pytest.mark.parametrize(("device_kind", "told"), [("phone", True), ("smart-watch", True), ("tablet", False)])
def test_the_national_guidance_is_told_to_who_asks_and_about_phones_to_who_decides(sign_in_as, ask, device_kind, told):
    words = "National guidance of 2026 expects schools to be free of phones all day"
    assert words in sign_in_as("teacher").get(f"/exemptions/new/{LESSON}").words
    exemption = ask(None, LESSON, device_kind=device_kind)
    row = sign_in_as("deputy").get("/decisions").page.by_id(f"request-{exemption}")
    assert (words in row.text) is told


# --- On my page ---------------------------------------------------------------------------------------------


def test_on_its_day_it_waits_on_the_teachers_page(sign_in_as, approved):
    tomorrow = approved(None, LESSON, starts_on=dt.date(2026, 11, 24), device="tomorrow")
    today = approved(None, LESSON)
    links = sign_in_as("teacher").get("/").page.links
    assert links["Start your lesson activity with Kestrel class"] == f"/activities/{today}"
    assert f"/activities/{tomorrow}" not in {
        link["href"] for link in sign_in_as("teacher").get("/").page.by_id("waiting").parent.all("a")
    }
    sign_in_as("teacher").post(f"/activities/{today}/start")
    assert "End your lesson activity with Kestrel class" in sign_in_as("teacher").get("/").page.links


def test_the_page_asks_the_database_as_often_after_many_sessions(sign_in_as, lesson, cast, queries):
    teacher = sign_in_as("teacher")
    before = len(queries(lambda: teacher.get(f"/activities/{lesson}")))
    for _ in range(6):
        activities.start(cast.teacher, lesson)
        activities.end(cast.teacher, lesson)
    assert len(queries(lambda: teacher.get(f"/activities/{lesson}"))) == before
    assert clock.today() == dt.date(2026, 11, 23)
