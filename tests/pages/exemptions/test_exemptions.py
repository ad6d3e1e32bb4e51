"""Asking for an exemption: one form, nothing lost, nothing sent twice."""

import datetime as dt

import pytest

from enums import ExemptionState
from models import AuditEvent, Exemption
from rules.core import clock
from rules.decisions import deciding
from rules.exemption_kinds import KINDS
from rules.exemptions import lifecycle, prerequisites
from rules.policy.in_force import policy_in_force
from tests.conftest import ASKERS, RISK_ASSESSMENT, a_request
from tests.pages.conftest import EVERY_KIND, SECRET_REASON, form_of, kind_form
from tests.support.policy import no_longer_offer

NEW = "/exemptions/new/teaching-period"


def newest():
    """The exemption sent last."""
    return Exemption.select().order_by(Exemption.id.desc()).get()


def remote_form(**changed):
    """The form for remote learning, complete."""
    answers = {f"risk-assessment-{key}": "y" if value is True else value for key, value in RISK_ASSESSMENT.items()}
    school = {"no-school-equipment-asked": "The office", "no-school-equipment-confirmed": "y"}
    form = form_of(purpose="remote-lesson")
    form.pop("zones")  # it is off site, so that is not asked
    return {**form, **answers, **school, **changed}


# --- Asking -------------------------------------------------------------------------------------------------


def test_a_teacher_asks_and_is_shown_the_request(sign_in_as):
    teacher = sign_in_as("teacher")
    teacher.get(NEW)
    answer = teacher.post(NEW, form_of(reason=SECRET_REASON))
    assert (answer.status, answer.location) == (303, f"/exemptions/{newest().id}")
    page = teacher.get(answer.location)
    assert "Your request has been sent." in page.words
    assert "Waiting" in page.page.one("h1").text
    assert SECRET_REASON in page.words
    assert "Teacher Invented asked for teaching-period use." in page.words


def test_a_request_of_one_day_needs_no_last_day(sign_in_as):
    sign_in_as("teacher").post(NEW, form_of(ends_on=""))
    assert newest().ends_on == dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("1pm", "13:00"), ("1.30pm", "13:30"), ("13:30", "13:30"), ("11:15 AM", "11:15"), ("12pm", "12:00")],
)
def test_a_time_is_read_as_people_write_it(sign_in_as, typed, kept):
    sign_in_as("teacher").post(NEW, form_of(ends_at=typed))
    assert f"{newest().ends_at:%H:%M}" == kept


@pytest.mark.parametrize("typed", ["24/11/2026", "24.11.2026", "24-11-2026", "2026-11-24", " 24/11/2026 "])
def test_a_day_is_read_as_people_write_it(sign_in_as, typed):
    sign_in_as("teacher").post(NEW, form_of(starts_on=typed))
    assert newest().starts_on == dt.date(2026, 11, 24)


WRONG = [
    ({"device_kind": ""}, "device_kind", "Choose what kind of device it is"),
    ({"device": "  "}, "device", "Say which device it is"),
    ({"device": "x" * 201}, "device", "Use 200 characters or fewer"),
    ({"purpose": ""}, "purpose", "Choose what you will use it for"),
    ({"purpose": "remote-lesson"}, "purpose", "Choose what you will use it for"),
    ({"reason": ""}, "reason", "Say why you need it"),
    ({"reason": "x" * 2001}, "reason", "Use 2,000 characters or fewer"),
    ({"starts_on": ""}, "starts_on", "Choose the first day"),
    ({"starts_on": "2026-11-22"}, "starts_on", "in the past"),
    ({"starts_on": "31/02/2027"}, "starts_on", "Write the day like this"),
    ({"starts_on": "soon"}, "starts_on", "Write the day like this"),
    ({"starts_on": "2028-01-01", "ends_on": ""}, "starts_on", "more than a year away"),
    ({"ends_on": "2026-11-22"}, "ends_on", "before the first day"),
    ({"ends_on": "2027-09-01"}, "ends_on", "The school year ends on"),
    ({"ends_on": "9999-12-31"}, "ends_on", "The school year ends on"),
    ({"ends_on": "never"}, "ends_on", "Write the day like this"),
    ({"starts_at": ""}, "starts_at", "Choose the time from which"),
    ({"starts_at": "9"}, "starts_at", "Write the time like this"),
    ({"starts_at": "25:00"}, "starts_at", "Write the time like this"),
    ({"starts_at": "13pm"}, "starts_at", "Write the time like this"),
    ({"starts_at": "03:00"}, "starts_at", "Choose a time between"),
    ({"ends_at": "08:00"}, "ends_at", "must be after the start time"),
    ({"starts_at": "08:00", "ends_at": "09:30", "ends_on": "2026-11-23"}, "ends_at", "has passed today"),
    ({"zones": []}, "zones", "Choose where you will use it"),
    ({"zones": ["moon"]}, "zones", "Choose places from the list"),
]


@pytest.mark.parametrize(("changed", "field", "words"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_everything_typed_is_kept(sign_in_as, changed, field, words):
    form = form_of(**changed)
    answer = sign_in_as("teacher").post(NEW, form)
    assert answer.status == 422
    page = answer.page
    assert words in page.message_beside(field)
    (summary,) = [each for each in page.all("div") if "govuk-error-summary" in each.classes]
    assert words in summary.text
    for name, typed in form.items():
        if name in {"device_kind", "zones", "purpose"} and name == field:
            continue  # what is not on the list cannot be chosen
        shown = page.value(name)
        typed = [typed] if name == "purpose" else sorted(typed) if name == "zones" else typed
        assert (sorted(shown) if name == "zones" else shown) == typed, name
    assert Exemption.select().count() == 0


def test_every_wrong_field_is_named_at_once(sign_in_as):
    answer = sign_in_as("teacher").post(NEW, form_of(device="", reason="", zones=[], device_kind=""))
    (summary,) = [each for each in answer.page.all("div") if "govuk-error-summary" in each.classes]
    assert {link["href"] for link in summary.all("a")} == {"#device", "#reason", "#zones", "#device_kind"}


def test_every_purpose_that_is_refused_says_its_clause(sign_in_as, cast):
    seen = set()
    for kind in EVERY_KIND:
        purposes = policy_in_force().purposes_of(KINDS[kind])
        refused = [key for key, purpose in purposes.items() if purpose.get("refused_by")]
        for key in refused:
            form = kind_form(kind, cast.pupil.id, purpose=key)
            answer = sign_in_as(ASKERS[kind]).post(f"/exemptions/new/{kind}", form)
            assert answer.status == 422
            assert f"(clause {purposes[key]['refused_by']})" in answer.page.message_beside("purpose")
            seen.add(purposes[key]["refused_by"])
    assert seen == {"4.6"}
    assert Exemption.select().count() == 0


def test_the_same_form_sent_twice_is_one_request(sign_in_as):
    teacher = sign_in_as("teacher")
    key = teacher.get(NEW).page.value("form_key")
    assert len(key) >= 40
    first, second = (teacher.post(NEW, form_of(form_key=key)) for _ in range(2))
    assert (first.status, second.status) == (303, 303)
    assert first.location == second.location
    assert Exemption.select().count() == 1


def test_a_form_opened_anew_is_another_request(sign_in_as):
    teacher = sign_in_as("teacher")
    keys = {teacher.get(NEW).page.value("form_key") for _ in range(2)}
    assert len(keys) == 2
    for key in keys:
        teacher.post(NEW, form_of(form_key=key))
    assert Exemption.select().count() == 2


def test_the_key_of_somebody_elses_form_shows_nothing_of_theirs(sign_in_as):
    sign_in_as("teacher").post(NEW, form_of(form_key="k" * 43))
    answer = sign_in_as("assistant").post(NEW, form_of(form_key="k" * 43))
    assert answer.location == f"/exemptions/{newest().id}"
    assert Exemption.select().count() == 2


def test_the_key_survives_a_form_with_a_mistake(sign_in_as):
    answer = sign_in_as("teacher").post(NEW, form_of(form_key="k" * 43, reason=""))
    assert answer.page.value("form_key") == "k" * 43


@pytest.mark.parametrize("who", ["pupil", "parent", "governor", "director", "volunteer"])
def test_only_staff_ask(sign_in_as, who):
    browser = sign_in_as(who)
    assert browser.get(NEW).status == 403
    assert browser.post(NEW, form_of()).status == 403
    assert Exemption.select().count() == 0


def test_a_kind_that_there_is_not_is_not_found(sign_in_as):
    assert sign_in_as("teacher").get("/exemptions/new/holiday").status == 404
    assert sign_in_as("teacher").post("/exemptions/new/holiday", form_of()).status == 404


def test_each_kind_can_be_chosen_and_says_its_clause(sign_in_as):
    teacher = sign_in_as("teacher")
    page = teacher.get("/exemptions/new").page
    for kind, clause in (("teaching-period", "4.3"), ("remote-learning", "4.7"), ("school-device", "3.3")):
        assert f"/exemptions/new/{kind}" in page.links.values()
        assert f"Clause {clause}" in teacher.get(f"/exemptions/new/{kind}").words


@pytest.mark.parametrize(
    "field", ["state", "decided_by", "approved_by", "asker", "asker_id", "role", "decided_at", "id", "conditions"]
)
def test_nobody_can_slip_a_decision_into_the_form(sign_in_as, field):
    answer = sign_in_as("teacher").post(NEW, form_of(**{field: "approved"}))
    assert answer.status == 400
    assert Exemption.select().count() == 0


def test_the_forms_keep_a_text_that_looks_like_html_as_text(sign_in_as):
    text = "<script>alert(1)</script> & \"quoted\" 'single'"
    answer = sign_in_as("teacher").post(NEW, form_of(device=text, reason=""))
    assert answer.page.value("device") == text


# --- What a kind needs --------------------------------------------------------------------------------------


def test_remote_learning_is_sent_with_its_risk_assessment(sign_in_as, cast):
    teacher = sign_in_as("teacher")
    answer = teacher.post("/exemptions/new/remote-learning", remote_form())
    assert answer.status == 303
    page = teacher.get(answer.location)
    assert "Names could stay in the browser." in page.words
    assert "It cannot be approved yet" not in page.words


def test_remote_learning_can_be_sent_first_and_completed_later(sign_in_as, cast):
    teacher = sign_in_as("teacher")
    blank = {key: "" for key in remote_form() if key.startswith(("risk-assessment-", "no-school"))}
    form = {key: each for key, each in remote_form(**blank).items() if not key.endswith(("signed", "confirmed"))}
    where = teacher.post("/exemptions/new/remote-learning", form).location
    page = teacher.get(where)
    assert "It cannot be approved yet" in page.words
    for prerequisite in ("risk-assessment", "no-school-equipment"):
        assert f"{where}/needs/{prerequisite}" in page.page.links.values()
    answers = {key: "y" if value is True else value for key, value in RISK_ASSESSMENT.items()}
    assert teacher.post(f"{where}/needs/risk-assessment", answers).status == 303
    assert teacher.post(f"{where}/needs/no-school-equipment", {"asked": "The office", "confirmed": "y"}).status == 303
    assert "It cannot be approved yet" not in teacher.get(where).words


@pytest.mark.parametrize("gone", ["hazards", "who", "controls", "residual", "signed"])
def test_a_risk_assessment_with_a_gap_is_not_sent(sign_in_as, gone):
    form = remote_form()
    form.pop(f"risk-assessment-{gone}")
    answer = sign_in_as("teacher").post("/exemptions/new/remote-learning", form)
    assert answer.status == 422
    assert answer.page.message_beside(f"risk-assessment-{gone}") in {"Write an answer", "Tick the box to confirm"}
    assert answer.page.value("risk-assessment-hazards" if gone != "hazards" else "risk-assessment-who")
    assert Exemption.select().count() == 0


def test_a_need_with_a_gap_is_not_kept_and_what_was_typed_stays(sign_in_as, ask, stored):
    exemption = ask("teacher", "remote-learning", done=False)
    where = f"/exemptions/{exemption}/needs/risk-assessment"
    answer = sign_in_as("teacher").post(where, {"hazards": "Loss", "who": "", "controls": "", "residual": ""})
    assert answer.status == 422
    assert answer.page.value("hazards") == "Loss"
    assert answer.page.message_beside("who") == "Write an answer"
    assert answer.page.message_beside("signed") == "Tick the box to confirm"
    assert prerequisites.completed(stored(exemption)) == {}


def test_completing_a_need_counts_as_a_change(sign_in_as, ask, stored):
    exemption = ask("teacher", "school-device", done=False)
    sign_in_as("teacher").post(f"/exemptions/{exemption}/needs/pin-set", {"confirmed": "y"})
    assert stored(exemption).revision == 2


def test_only_the_asker_completes_a_need_of_theirs(sign_in_as, ask, stored):
    exemption = ask("teacher", "school-device", done=False)
    for who, status in (("head", 403), ("assistant", 404), ("office", 404)):
        assert sign_in_as(who).get(f"/exemptions/{exemption}/needs/pin-set").status == status
        assert sign_in_as(who).post(f"/exemptions/{exemption}/needs/pin-set", {"confirmed": "y"}).status == status
    assert prerequisites.completed(stored(exemption)) == {}


def test_a_need_of_another_kind_is_not_found(sign_in_as, ask):
    exemption = ask()
    assert sign_in_as("teacher").get(f"/exemptions/{exemption}/needs/pin-set").status == 404


def test_a_need_of_a_decided_request_is_closed(sign_in_as, approved):
    exemption = approved("teacher", "school-device")
    teacher = sign_in_as("teacher")
    assert teacher.get(f"/exemptions/{exemption}/needs/pin-set").status == 409
    assert teacher.post(f"/exemptions/{exemption}/needs/pin-set", {"confirmed": "y"}).status == 409


# --- Who sees it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["teacher", "head", "deputy", "assistant_head"])
def test_the_asker_and_the_deciders_see_the_whole_request(sign_in_as, ask, who):
    answer = sign_in_as(who).get(f"/exemptions/{ask()}")
    assert answer.status == 200
    assert SECRET_REASON in answer.words


@pytest.mark.parametrize(
    "who", ["assistant", "office", "dsl", "deputy_dsl", "pupil", "parent", "governor", "director", "volunteer"]
)
@pytest.mark.parametrize("what", ["", "/change", "/slip", "/needs/pin-set"])
def test_to_everybody_else_it_does_not_exist(sign_in_as, ask, who, what):
    exemption = ask()
    there, nowhere = (sign_in_as(who).get(f"/exemptions/{number}{what}") for number in (exemption, 999_999))
    assert there.status == nowhere.status
    assert there.status in {403, 404}
    assert SECRET_REASON not in there.text
    assert there.page.one("h1").text == nowhere.page.one("h1").text


def test_remote_learning_is_for_the_headteacher_alone(sign_in_as, ask):
    exemption = ask("teacher", "remote-learning")
    assert sign_in_as("deputy").get(f"/exemptions/{exemption}").status == 404
    assert sign_in_as("head").get(f"/exemptions/{exemption}").status == 200


def test_the_headteachers_own_is_seen_by_the_director_and_by_no_deputy(sign_in_as, ask):
    exemption = ask("head")
    assert sign_in_as("director").get(f"/exemptions/{exemption}").status == 200
    assert sign_in_as("deputy").get(f"/exemptions/{exemption}").status == 404
    assert sign_in_as("director").get(f"/exemptions/{ask()}").status == 404


# --- Changing, withdrawing ----------------------------------------------------------------------------------


def test_a_change_of_a_waiting_request_keeps_its_place_and_counts_up(sign_in_as, ask, stored):
    exemption = ask()
    teacher = sign_in_as("teacher")
    page = teacher.get(f"/exemptions/{exemption}/change").page
    assert page.value("reason") == SECRET_REASON
    assert page.value("starts_at") == "09:00"
    assert sorted(page.value("zones")) == ["staff-room", "teaching-areas"]
    form = form_of(reason="Another", revision=page.value("revision"))
    form.pop("form_key")
    assert teacher.post(f"/exemptions/{exemption}/change", form).status == 303
    assert (stored(exemption).request.reason, stored(exemption).revision) == ("Another", 2)


def change_form(revision="1", **changed):
    """The form that changes a request."""
    form = form_of(revision=revision, **changed)
    form.pop("form_key")
    return form


def test_changing_an_approved_exemption_voids_its_approval(sign_in_as, approved, stored):
    exemption = approved()
    teacher = sign_in_as("teacher")
    assert "no longer counts" in teacher.get(f"/exemptions/{exemption}/change").words
    teacher.post(f"/exemptions/{exemption}/change", change_form(zones=["staff-room"]))
    view = stored(exemption)
    assert (view.state, view.decision.approved_by, view.in_force) == (ExemptionState.SUBMITTED, None, False)
    assert "blue case" not in sign_in_as("office").get("/today").words
    assert "has to be decided again" in teacher.get(f"/exemptions/{exemption}").words


def test_a_change_from_an_old_page_changes_nothing_and_keeps_what_was_typed_below_how_it_is_now(
    sign_in_as, ask, cast, stored
):
    exemption = ask()
    teacher = sign_in_as("teacher")
    teacher.post(f"/exemptions/{exemption}/change", change_form(reason="First"))
    answer = teacher.post(f"/exemptions/{exemption}/change", change_form(reason="Second", zones=["staff-room"]))
    assert answer.status == 409
    assert "changed after you opened this page, so nothing was sent" in answer.words
    (now,) = [each for each in answer.page.all("div") if each["role"] == "alert" and "ox-missing" in each.classes]
    assert "First" in now.text
    assert (answer.page.value("reason"), answer.page.value("zones")) == ("Second", ["staff-room"])
    assert stored(exemption).request.reason == "First"
    again = change_form(reason="Second", revision=answer.page.value("revision"))
    assert teacher.post(f"/exemptions/{exemption}/change", again).status == 303
    assert stored(exemption).request.reason == "Second"


def test_a_change_after_an_approval_says_who_approved_and_warns_that_it_would_count_no_more(sign_in_as, ask, cast):
    exemption = ask()
    deciding.return_to_asker(cast.head, exemption, 1, "Why?")
    lifecycle.change(cast.teacher, exemption, 1, a_request())
    deciding.approve(cast.head, exemption, 2)
    answer = sign_in_as("teacher").post(f"/exemptions/{exemption}/change", change_form(reason="Late"))
    assert answer.status == 409
    assert "Approved by Head Invented at 10am on Monday 23 November 2026" in answer.words
    assert "the approval you have no longer counts" in answer.words
    assert answer.page.value("reason") == "Late"


def test_a_change_after_a_decision_says_who_decided_and_when(sign_in_as, ask, cast):
    exemption = ask()
    deciding.decline(cast.head, exemption, 1, "Not now")
    answer = sign_in_as("teacher").post(f"/exemptions/{exemption}/change", change_form(reason="My long answer."))
    assert answer.status == 409
    assert "Declined by Head Invented at 10am on Monday 23 November 2026" in answer.words
    assert "It was not saved. Copy what you want to keep." in answer.words
    assert "My long answer." in answer.words


def test_a_wrong_change_is_said_at_its_field_and_the_request_stays(sign_in_as, ask, stored):
    exemption = ask()
    answer = sign_in_as("teacher").post(f"/exemptions/{exemption}/change", change_form(device=""))
    assert answer.status == 422
    assert answer.page.value("revision") == "1"
    assert stored(exemption).revision == 1


@pytest.mark.parametrize("revision", ["", "x", "-1", "１", "1.0", "9" * 19, None])
def test_a_revision_that_is_no_number_is_refused(sign_in_as, ask, revision):
    form = change_form()
    form.update(revision=revision) if revision is not None else form.pop("revision")
    assert sign_in_as("teacher").post(f"/exemptions/{ask()}/change", form).status == 400


@pytest.mark.parametrize("who", ["assistant", "head", "office"])
def test_nobody_changes_or_withdraws_what_is_not_theirs(sign_in_as, ask, who):
    exemption = ask()
    assert sign_in_as(who).post(f"/exemptions/{exemption}/change", change_form()).status == 404
    assert sign_in_as(who).post(f"/exemptions/{exemption}/withdraw").status == 404


def test_a_teacher_withdraws_a_request_once(sign_in_as, ask, stored):
    exemption = ask()
    teacher = sign_in_as("teacher")
    assert teacher.post(f"/exemptions/{exemption}/withdraw").status == 303
    assert stored(exemption).state is ExemptionState.WITHDRAWN
    assert teacher.post(f"/exemptions/{exemption}/withdraw").status == 409
    assert sum(row.event == "exemption-withdrawn" for row in AuditEvent.select()) == 1


def test_giving_up_a_permission_stops_it_at_once(sign_in_as, approved, stored):
    exemption = approved()
    sign_in_as("teacher").post(f"/exemptions/{exemption}/withdraw")
    assert stored(exemption).decision.stopped_at == clock.now()
    assert "Stopped at 10am" in sign_in_as("office").get("/today").words


def test_what_is_over_cannot_be_withdrawn_or_changed(sign_in_as, approved, later):
    exemption = approved()
    with later(days=2):
        teacher = sign_in_as("teacher")
        assert teacher.post(f"/exemptions/{exemption}/withdraw").status == 409
        assert teacher.get(f"/exemptions/{exemption}/change").status == 409
        page = teacher.get(f"/exemptions/{exemption}").page
        assert not [form for form in page.all("form") if "withdraw" in (form["action"] or "")]


def test_a_second_permission_for_the_same_device_and_time_is_not_asked_for(sign_in_as, approved):
    approved()
    answer = sign_in_as("teacher").post(NEW, form_of(starts_at="14:00", ends_at="16:00"))
    assert answer.status == 422
    assert "There is permission for this device already, on Monday 23 November 2026" in answer.page.message_beside(
        "starts_on"
    )


# --- The slip -----------------------------------------------------------------------------------------------


def test_the_slip_says_whether_it_holds_at_this_minute(sign_in_as, approved, stored):
    exemption = approved(conditions="Only in the corridor")
    slip = f"/exemptions/{exemption}/slip"
    words = sign_in_as("teacher").get(slip).words
    for said in ("Permitted now, until 3pm", "Teacher Invented", "Only in the corridor", "Head Invented", "4.3"):
        assert said in words
    with clock.frozen(dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)):
        assert "Not permitted at this time" in sign_in_as("teacher").get(slip).words
    with clock.frozen(dt.datetime(2026, 11, 24, 15, 0, tzinfo=dt.UTC)):
        assert "No longer permitted" in sign_in_as("teacher").get(slip).words


def test_the_slip_says_which_of_its_places_the_policy_no_longer_has(sign_in_as, approved, cast):
    exemption = approved()
    slip, asker = f"/exemptions/{exemption}/slip", sign_in_as("teacher")
    assert "no longer" not in asker.get(slip).words
    no_longer_offer(cast.head, "teaching-areas")
    assert "Staff room, Teaching areas (no longer allowed there)" in asker.get(slip).words
    no_longer_offer(cast.head, "staff-room")
    words = asker.get(slip).words
    assert "Not permitted: the policy no longer allows it in any of these places" in words
    assert "Permitted at the times below" not in words


def test_the_slip_asks_for_itself_and_gets_the_slip_alone(sign_in_as, approved, cast):
    exemption = approved()
    teacher = sign_in_as("teacher")
    slip = f"/exemptions/{exemption}/slip"
    assert teacher.get(slip).page.by_id("slip")["hx-get"] == slip
    piece = teacher.get(slip, piece=True)
    assert not piece.whole
    assert "Permitted now" in piece.words
    deciding.revoke(cast.head, exemption, 1, "It rang in class")
    piece = teacher.get(slip, piece=True)
    assert "No longer permitted" in piece.words


def test_the_slip_never_shows_the_reason(sign_in_as, approved):
    exemption = approved()
    assert SECRET_REASON not in sign_in_as("teacher").get(f"/exemptions/{exemption}/slip").text


def test_there_is_no_slip_before_the_approval(sign_in_as, ask):
    assert sign_in_as("teacher").get(f"/exemptions/{ask()}/slip").status == 409


def test_the_slip_of_a_request_changed_after_its_approval_is_no_slip(sign_in_as, approved):
    exemption = approved()
    teacher = sign_in_as("teacher")
    teacher.post(f"/exemptions/{exemption}/change", change_form())
    assert teacher.get(f"/exemptions/{exemption}/slip").status == 409


def test_an_open_slip_stops_saying_permitted_when_the_request_is_changed(sign_in_as, approved):
    """The slip leaves what it says where it is answered with an error, so it must not get one."""
    exemption = approved()
    teacher = sign_in_as("teacher")
    assert "Permitted now" in teacher.get(f"/exemptions/{exemption}/slip", piece=True).words
    teacher.post(f"/exemptions/{exemption}/change", change_form())
    piece = teacher.get(f"/exemptions/{exemption}/slip", piece=True)
    assert (piece.status, piece.whole) == (200, False)
    assert "No longer permitted" in piece.words
    assert "Permitted now" not in piece.words
    assert "None" not in piece.words


def test_nobody_else_opens_a_slip(sign_in_as, approved):
    exemption = approved()
    for who in ("assistant", "office", "head"):
        assert sign_in_as(who).get(f"/exemptions/{exemption}/slip").status == 404


# --- Many of them -------------------------------------------------------------------------------------------


def test_my_list_asks_the_database_as_often_with_many_as_with_one(sign_in_as, approved, ask, queries):
    teacher = sign_in_as("teacher")
    approved()
    before = len(queries(lambda: teacher.get("/exemptions")))
    for number in range(12):
        approved(device=f"device {number}"), ask("teacher", "remote-learning", device=f"laptop {number}")
    assert len(queries(lambda: teacher.get("/exemptions"))) == before <= 6


def test_one_request_asks_the_database_as_often_with_a_long_history(sign_in_as, ask, queries, cast):
    exemption, request = ask(), a_request()
    teacher = sign_in_as("teacher")
    deciding.return_to_asker(cast.head, exemption, 1, "Why?")
    before = len(queries(lambda: teacher.get(f"/exemptions/{exemption}")))
    for revision in range(1, 9):
        lifecycle.change(cast.teacher, exemption, revision, request)
        deciding.return_to_asker(cast.head, exemption, revision + 1, "Why?")
    assert len(queries(lambda: teacher.get(f"/exemptions/{exemption}"))) == before


def test_what_happened_long_ago_is_shown_page_by_page(sign_in_as, ask, cast):
    exemption, request = ask(), a_request()
    for revision in range(1, 27):
        deciding.return_to_asker(cast.head, exemption, revision, "Why?")
        lifecycle.change(cast.teacher, exemption, revision, request)
    teacher = sign_in_as("teacher")
    newest_page = teacher.get(f"/exemptions/{exemption}").page
    assert len(happened(newest_page)) == 50
    earlier = teacher.get(newest_page.links["Show what happened earlier"].partition("#")[0]).page
    assert len(happened(earlier)) == 3
    assert "asked for" in happened(earlier)[0]
    assert "Show what happened earlier" not in earlier.links
    assert earlier.links["Show what happened last"] == f"/exemptions/{exemption}#happened"


def happened(page):
    """The sentences of what happened with an exemption, the oldest first."""
    (history,) = [each for each in page.all("ol") if "ox-history" in each.classes]
    return [line.text for line in history.all("li")]


def test_a_printed_slip_never_says_that_it_holds_now(sign_in_as, ask, cast):
    exemption = ask()
    deciding.approve(cast.head, exemption, 1)
    page = sign_in_as("teacher").get(f"/exemptions/{exemption}/slip").page
    (now,) = [each for each in page.all("p") if "ox-slip__verdict" in each.classes]
    (paper,) = [each for each in page.all("div") if "ox-slip__verdict" in each.classes]
    assert now.text.startswith("Permitted now")
    assert "ox-noprint" in now.classes
    assert "ox-printonly" in paper.classes
    assert paper.text == "Permitted at the times below, unless revoked since this was printed"
