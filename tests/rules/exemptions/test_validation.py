"""What makes a request unfit to be sent, said at the field where it can be mended."""

import datetime as dt
import random

import pytest

from enums import ExemptionState
from models import Exemption
from rules.core.errors import Invalid
from rules.decisions import deciding
from rules.exemptions import lifecycle, queries
from rules.exemptions.validation import answer_errors, is_blank, overlapping
from rules.policy.in_force import policy_in_force
from tests.conftest import (
    ACCESS,
    ANSWERS,
    KNOWN_FAMILY,
    LESSON,
    PARENT_CONTACT,
    REMOTE_LEARNING,
    TEACHING_PERIOD,
    a_request,
)
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    TUESDAY,
    approve,
    ask,
    asker_of,
    asking_is_refused,
    decider_of,
    fitting,
    kind_name,
    later,
    permitted,
    revision,
    when,
)

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
AGREED_KINDS = [ACCESS, PARENT_CONTACT]


@pytest.mark.parametrize("purpose", ["photos-of-pupils", "direct-work-with-pupils", "contact-with-parents"])
@pytest.mark.parametrize("kind", [TEACHING_PERIOD, REMOTE_LEARNING], ids=kind_name)
def test_what_clause_4_6_forbids_is_refused_with_the_clause(cast, kind, purpose):
    with pytest.raises(Invalid) as caught:
        lifecycle.submit(cast.teacher, kind, a_request(purpose=purpose), ANSWERS[kind.id])
    assert "(clause 4.6)" in caught.value.errors["purpose"]


@every_kind
def test_the_purpose_of_another_kind_is_refused(cast, kind):
    known = policy_in_force().purposes
    foreign = next(key for key, purpose in known.items() if kind.id not in purpose["kinds"])
    with pytest.raises(Invalid) as caught:
        lifecycle.submit(asker_of(kind), kind, fitting(kind, purpose=foreign))
    assert caught.value.errors.keys() == {"purpose"}
    assert caught.value.errors["purpose"].startswith("Choose what")


EVERYWHERE = [
    ("device", {"device": "  "}),
    ("device", {"device": "x" * 201}),
    ("reason", {"reason": " \n "}),
    ("reason", {"reason": "x" * 2001}),
    ("reason", {"reason": "for\u202ecod"}),
    ("device_kind", {"device_kind": "toaster"}),
    ("starts_on", {"starts_on": MONDAY - dt.timedelta(days=1)}),
    ("starts_on", {"starts_on": dt.date(2027, 11, 25), "ends_on": dt.date(2027, 11, 25)}),
    ("starts_on", {"starts_on": dt.date.max, "ends_on": dt.date.max}),
    ("starts_on", {"starts_on": None}),
]
PLACES = [
    ("zones", {"zones": ()}),
    ("zones", {"zones": ("exam-room",)}),
    ("zones", {"zones": ("staff-room", "moon")}),
]
LAST_DAYS = [
    ("ends_on", {"starts_on": TUESDAY, "ends_on": MONDAY}),
    ("ends_on", {"ends_on": dt.date(2027, 9, 1)}),
    ("ends_on", {"ends_on": None}),
]
TIMES = [
    ("starts_at", {"starts_at": dt.time(6, 59)}),
    ("starts_at", {"starts_at": None}),
    ("ends_at", {"ends_at": dt.time(18, 1)}),
    ("ends_at", {"starts_at": dt.time(15, 0)}),
    ("ends_at", {"ends_on": MONDAY, "ends_at": dt.time(10, 0)}),
    ("ends_at", {"ends_at": None}),
]


def misfits(kind):
    """What somebody can get wrong in the form of a kind."""
    asked = kind.window
    return [
        *EVERYWHERE,
        *(PLACES if "zones" in asked else ()),
        *(LAST_DAYS if "ends_on" in asked else ()),
        *(TIMES if "starts_at" in asked else ()),
    ]


@pytest.mark.parametrize(
    ("kind", "field", "changed"), [(kind, *each) for kind in EVERY_KIND for each in misfits(kind)], ids=kind_name
)
def test_what_does_not_fit_is_said_at_its_field(cast, kind, field, changed):
    assert asking_is_refused(asker_of(kind), kind, **changed).keys() == {field}


@pytest.mark.parametrize("kind", AGREED_KINDS, ids=kind_name)
@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("weekdays", {"weekdays": 0}),
        ("weekdays", {"weekdays": 128}),
        ("weekdays", {"weekdays": -1}),
        ("weekdays", {"weekdays": 1 << 4}),  # a Friday, from Monday to Tuesday
        ("exam_permission", {"exam_permission": "x" * 101}),
        ("subject", {"subject": None}),
        ("subject", {"subject": 999_999}),
        ("subject", {"subject": 2**70}),
    ],
)
def test_what_is_asked_for_a_pupil_beyond_the_usual_is_checked(cast, kind, field, changed):
    assert asking_is_refused(cast.parent, kind, **changed).keys() == {field}


@pytest.mark.parametrize("kind", AGREED_KINDS, ids=kind_name)
@pytest.mark.parametrize("name", ["carer", "barred_parent", "other_parent"])
def test_only_a_parent_who_may_sign_asks_for_the_child(cast, kind, name):
    """Clause 5.14: a separated parent without access asks for nothing."""
    assert asking_is_refused(getattr(cast, name), kind).keys() == {"subject"}


def test_a_pupil_asks_for_themself_alone(cast):
    assert asking_is_refused(cast.other_pupil, ACCESS).keys() == {"subject"}
    assert queries.find(ask(cast.pupil, ACCESS)).people.subject == cast.pupil.id


def test_staff_are_not_the_pupil_whom_it_is_for(cast):
    assert asking_is_refused(cast.teacher, ACCESS, subject=cast.assistant.id).keys() == {"subject"}


@pytest.mark.parametrize(
    "pupils", [lambda cast: (), lambda cast: (cast.teacher.id,), lambda cast: (cast.pupil.id, 999_999, 2**70)]
)
def test_a_lesson_is_for_pupils_there_are(cast, pupils):
    assert asking_is_refused(cast.teacher, LESSON, pupils=pupils(cast)).keys() == {"pupils"}


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_what_a_kind_does_not_ask_is_not_kept(cast, kind):
    """Nobody slips an audible alert or an exam permission into a kind whose form does not ask for it."""
    smuggled = {"weekdays": 1, "audible_alert": True, "exam_permission": "JCQ 1", "subject": cast.pupil.id}
    row = Exemption.get_by_id(ask(asker_of(kind), kind, pupils=(cast.pupil.id,), **smuggled))
    assert (row.weekdays, row.audible_alert, row.exam_permission) == (
        (1, True, "JCQ 1") if kind.for_pupil else (127, False, "")
    )
    assert row.subject_id == (cast.pupil.id if kind.for_pupil else row.asker_id)
    assert bool(row.with_pupils) is kind.with_pupils


def test_a_relationship_holds_all_day_and_off_the_site_whatever_was_sent(cast):
    view = queries.find(ask(cast.teacher, KNOWN_FAMILY, starts_at=None, ends_at=None, zones=("classroom",)))
    assert (view.request.starts_at, view.request.ends_at, view.request.zones) == (
        dt.time(0),
        dt.time(23, 59),
        ("off-site",),
    )


def test_a_lesson_is_on_one_day_whatever_was_sent(cast):
    assert queries.find(ask(cast.teacher, LESSON, ends_on=dt.date(2026, 12, 1))).request.ends_on == MONDAY


def test_a_request_may_reach_to_the_last_day_of_the_school_year_and_a_year_ahead(cast):
    assert ask(cast.teacher, ends_on=dt.date(2027, 8, 31))
    assert ask(cast.teacher, starts_on=dt.date(2027, 11, 24), ends_on=dt.date(2027, 11, 24))


def test_a_request_may_be_for_the_leap_day(cast):
    leap_day = dt.date(2028, 2, 29)
    with when(dt.date(2028, 2, 28), "12:00"):
        exemption = permitted(cast.teacher, by=cast.head, starts_on=leap_day, ends_on=leap_day)
        assert not queries.find(exemption).in_force
    with when(leap_day, "12:00"):
        assert queries.find(exemption).in_force
    with when(dt.date(2028, 3, 1), "12:00"):
        assert queries.find(exemption).status == "ended"


def test_several_faults_are_said_at_once(cast):
    assert asking_is_refused(cast.teacher, device="", zones=(), starts_at=dt.time(5)).keys() == {
        "device",
        "zones",
        "starts_at",
    }


@every_kind
def test_asking_at_five_to_midnight_is_asking_today(cast, kind):
    with when(MONDAY, "23:55"):
        if not kind.all_day:
            assert asking_is_refused(asker_of(kind), kind, ends_on=MONDAY).keys() == {"ends_at"}
        assert ask(asker_of(kind), kind, starts_on=TUESDAY, ends_on=TUESDAY)
    with later(days=1, hours=-10):  # midnight
        assert asking_is_refused(asker_of(kind), kind, starts_on=MONDAY).keys() == {"starts_on"}


def test_texts_are_kept_tidy_and_zones_in_one_order(cast):
    exemption = ask(
        cast.teacher, device="  My   phone ", reason=" One.\r\nTwo. ", zones=("teaching-areas", "car-park", "car-park")
    )
    view = queries.find(exemption)
    assert (view.request.device, view.request.reason, view.request.zones) == (
        "My phone",
        "One.\nTwo.",
        ("car-park", "teaching-areas"),
    )


# --- Answers to what is needed ------------------------------------------------------------------------------


@every_kind
def test_no_answer_is_an_answer_to_any_need(kind):
    for prerequisite in kind.prerequisites:
        assert answer_errors(prerequisite, {}).keys() == {question.id for question in prerequisite.questions}
        assert answer_errors(prerequisite, ANSWERS[kind.id][prerequisite.id]) == {}
        assert is_blank(prerequisite, {})
        assert not is_blank(prerequisite, ANSWERS[kind.id][prerequisite.id])


def test_a_need_that_is_half_answered_is_refused_at_its_question(cast):
    half = {"no-school-equipment": {"asked": "The office.", "confirmed": False}, "risk-assessment": {"signed": True}}
    assert asking_is_refused(cast.teacher, REMOTE_LEARNING, half) == {
        "no-school-equipment-confirmed": "Tick the box to confirm",
        **{f"risk-assessment-{key}": "Write an answer" for key in ("hazards", "who", "controls", "residual")},
    }


def test_an_answer_that_is_too_long_is_refused_at_its_question(cast):
    answers = ANSWERS["remote-learning"]
    answers = {**answers, "risk-assessment": {**answers["risk-assessment"], "residual": "x" * 301}}
    assert asking_is_refused(cast.teacher, REMOTE_LEARNING, answers).keys() == {"risk-assessment-residual"}


@pytest.mark.parametrize("given", ["", None, "soon", "2026-13-01", "2026-11-24"])
def test_a_discussion_was_on_a_day_that_has_been(given):
    (prerequisite,) = ACCESS.prerequisites
    assert answer_errors(prerequisite, {**ANSWERS[ACCESS.id][prerequisite.id], "when": given}).keys() == {"when"}


@pytest.mark.parametrize("given", ["", "2026-11-22", "2027-11-25", "9999-12-31"])
def test_a_risk_assessment_is_looked_at_again_within_a_year(given):
    (prerequisite,) = LESSON.prerequisites
    assert answer_errors(prerequisite, {**ANSWERS[LESSON.id][prerequisite.id], "review": given}).keys() == {"review"}


def test_the_words_of_the_schools_template_are_no_answer_yet(school):
    (prerequisite,) = LESSON.prerequisites
    template = policy_in_force().assessments[prerequisite.template]
    assert is_blank(prerequisite, {**template, "review": "", "signed": False}, template)
    assert not is_blank(prerequisite, {**template, "signed": True}, template)
    assert not is_blank(prerequisite, {**template, "hazards": "Something else."}, template)


WEDNESDAY = dt.date(2026, 11, 25)
MONDAYS, TUESDAYS = 1, 2


@every_kind
def test_the_same_device_is_not_asked_for_again_while_it_is_permitted(cast, kind):
    permitted(asker_of(kind), kind)
    found = asking_is_refused(
        asker_of(kind), kind, device="MY own  phone, BLUE case", starts_at=dt.time(14, 59), ends_at=dt.time(16)
    )
    assert "There is permission for this device already" in found["starts_on"]


def apart(kind):
    """What makes a request of a kind something else than the one that is permitted."""
    found = {
        "another device": {"device": "Another phone"},
        "the days after it": {"starts_on": WEDNESDAY, "ends_on": WEDNESDAY},
        "another kind of device": {"device_kind": "tablet"},
    }
    if not kind.all_day:
        found["the hours after it"] = {"starts_at": dt.time(15, 0), "ends_at": dt.time(16, 0)}
    return found.items()


@pytest.mark.parametrize(
    ("kind", "changed"),
    [pytest.param(kind, changed, id=f"{name}-{kind.id}") for kind in EVERY_KIND for name, changed in apart(kind)],
)
def test_what_does_not_overlap_with_a_permission_may_be_asked_for(cast, kind, changed):
    permitted(asker_of(kind), kind)
    assert queries.find(ask(asker_of(kind), kind, **changed)).state is ExemptionState.SUBMITTED


def test_other_days_of_the_week_do_not_overlap(cast):
    permitted(cast.parent, ACCESS, weekdays=MONDAYS)
    assert ask(cast.parent, ACCESS, weekdays=TUESDAYS)
    assert asking_is_refused(cast.parent, ACCESS, weekdays=MONDAYS | TUESDAYS).keys() == {"starts_on"}


def test_somebody_elses_permission_is_not_in_the_way(cast):
    permitted(cast.assistant, by=cast.head)
    permitted(cast.parent, ACCESS)
    assert queries.find(ask(cast.teacher)).state is ExemptionState.SUBMITTED
    assert queries.find(ask(cast.other_parent, ACCESS, subject=cast.other_pupil.id)).state is ExemptionState.SUBMITTED


def test_a_pupils_device_is_the_same_whoever_asks(cast):
    permitted(cast.parent, ACCESS)
    for asker in (cast.teacher, cast.pupil):
        assert asking_is_refused(asker, ACCESS).keys() == {"starts_on"}


def test_a_confidential_declaration_is_never_given_away_by_an_overlap(cast):
    """Clause 8.4: a refusal would tell that there is one."""
    permitted(cast.teacher, KNOWN_FAMILY)
    assert ask(cast.teacher, TEACHING_PERIOD)


@every_kind
def test_the_second_of_two_overlapping_requests_is_not_approved(cast, kind):
    first, second = ask(asker_of(kind), kind), ask(asker_of(kind), kind, reason="The same again.")
    after = ask(asker_of(kind), kind, starts_on=WEDNESDAY, ends_on=WEDNESDAY)
    approve(cast.head, first)
    with pytest.raises(deciding.NotReady, match="same device already has permission"):
        approve(decider_of(queries.find(second)), second)
    approve(cast.head, after)
    deciding.revoke(cast.head, first, revision(first), "No more.")
    approve(cast.head, second)
    assert queries.find(second).state is ExemptionState.APPROVED


def test_two_windows_that_share_a_weekday_but_no_day_do_not_overlap(cast):
    """Mondays of this week, and Mondays of the next: the days from Tuesday on that they share have no Monday."""
    permitted(cast.parent, ACCESS, weekdays=MONDAYS, ends_on=dt.date(2026, 11, 27))
    try:
        second = ask(cast.parent, ACCESS, weekdays=MONDAYS, starts_on=TUESDAY, ends_on=dt.date(2026, 11, 30))
    except Invalid as invalid:
        pytest.fail(str(invalid))
    approve(cast.head, second)
    assert queries.find(second).request.starts_on > MONDAY


def days_of(window):
    """Every day on which a window is open, counted one by one."""
    length = (window.ends_on - window.starts_on).days + 1
    every = (window.starts_on + dt.timedelta(days=number) for number in range(length))
    return {day for day in every if window.weekdays >> day.weekday() & 1}


def test_windows_overlap_exactly_where_they_share_a_day_and_a_minute(cast):
    """Compared with counting the days one by one, for many windows."""
    kept, chance = permitted(cast.parent, ACCESS), random.Random(20261123)

    def columns():
        first = MONDAY + dt.timedelta(days=chance.randrange(8))
        hour = chance.randrange(7, 10)
        return {
            "starts_on": first,
            "ends_on": first + dt.timedelta(days=chance.randrange(12)),
            "starts_at": dt.time(hour),
            "ends_at": dt.time(hour + chance.randrange(1, 3)),
            "weekdays": chance.randrange(1, 128) & chance.randrange(1, 128) or 1,
        }

    met = 0
    for _ in range(600):
        there, wanted = fitting(ACCESS, **columns()), fitting(ACCESS, **columns())
        Exemption.update({name: getattr(there, name) for name in columns()}).where(Exemption.id == kept).execute()
        shared = days_of(there) & days_of(wanted)
        clash = bool(shared) and there.starts_at < wanted.ends_at and wanted.starts_at < there.ends_at
        assert (overlapping(ACCESS, cast.pupil.id, wanted) is not None) == clash
        met += clash
    assert 20 < met < 580
