"""Asking for every kind: for a pupil, with pupils, with days of the week, with notes, and asking again."""

import datetime as dt

import pytest

from enums import ExemptionState, Role
from models import Exemption
from rules.decisions import receipts
from rules.exemption_kinds import KINDS
from rules.exemptions import activities, prerequisites, queries
from tests.conftest import ASKERS, DISCUSSION
from tests.pages.conftest import EVERY_KIND, SECRET_REASON, SIGNED_KINDS, kind_form
from tests.pages.exemptions.test_exemptions import newest

TICKS = ("-signed", "-confirmed", "-acknowledged")


# --- Every kind ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_each_kind_is_asked_for_with_its_form_alone(sign_in_as, cast, stored, kind):
    browser, form = sign_in_as(ASKERS[kind]), kind_form(kind, cast.pupil.id, reason=SECRET_REASON)
    shown = {each["name"] for each in browser.get(f"/exemptions/new/{kind}").page.all("input", "select", "textarea")}
    missing = {"subject"} if kind == "parent-contact" and "subject" not in shown else set()
    assert form.keys() - missing <= shown, "what is posted is what the form asks"
    answer = browser.post(f"/exemptions/new/{kind}", form)
    assert answer.status == 303
    view = stored(newest().id)
    assert (view.kind.id, view.people.asker, view.request.reason) == (
        kind,
        getattr(cast, ASKERS[kind]).id,
        SECRET_REASON,
    )
    assert view.people.subject == (cast.pupil.id if view.kind.for_pupil else view.people.asker)
    assert bool(view.request.with_pupils) is (view.kind.with_pupils or "involved" in view.kind.asks)
    assert not prerequisites.missing(view) or any(
        prerequisite.by != "asker" for prerequisite in view.kind.prerequisites
    )
    assert SECRET_REASON in browser.get(answer.location).words


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_what_is_wrong_with_any_kind_is_said_beside_it_and_everything_typed_is_kept(sign_in_as, cast, kind):
    form = kind_form(kind, cast.pupil.id, device="", form_key="k" * 43)
    answer = sign_in_as(ASKERS[kind]).post(f"/exemptions/new/{kind}", form)
    assert answer.status == 422
    assert "Say which device it is" in answer.page.message_beside("device")
    for name, typed in form.items():
        shown = answer.page.value(name)
        several = isinstance(shown, list)
        assert (sorted(shown) if several else shown) == (
            sorted([typed] if isinstance(typed, str) else typed) if several else typed
        ), name
    assert Exemption.select().count() == 0


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_form_of_one_kind_takes_no_field_of_another(sign_in_as, cast, kind):
    own = kind_form(kind, cast.pupil.id)
    others = {name for other in EVERY_KIND for name in kind_form(other, cast.pupil.id)} - own.keys()
    for name in others - {"classes"}:
        answer = sign_in_as(ASKERS[kind]).post(f"/exemptions/new/{kind}", {**own, name: "1"})
        assert answer.status == 400, name
    assert Exemption.select().count() == 0


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_change_of_any_kind_begins_with_what_was_asked_and_voids_its_approval(
    sign_in_as, permitted, stored, cast, kind
):
    exemption, browser = permitted(kind), sign_in_as(ASKERS[kind])
    page = browser.get(f"/exemptions/{exemption}/change").page
    assert page.value("reason") == SECRET_REASON
    form = kind_form(kind, cast.pupil.id, device="Another one", revision=page.value("revision"))
    form.pop("form_key")
    for name in form:
        typed = page.value(name)
        assert typed or name in {"exam_permission", "audible_alert", "involved"} or name.endswith(TICKS), name
    assert browser.post(f"/exemptions/{exemption}/change", form).status == 303
    view = stored(exemption)
    assert (view.state, view.decision.approved_by, view.in_force, view.decision.signed_at) == (
        ExemptionState.SUBMITTED,
        None,
        False,
        None,
    )
    assert "Another one" not in sign_in_as("office").get("/today").text


# --- For a pupil, with pupils -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("teacher", {"Pupil Invented, Kestrel class", "Other Pupil Invented, Heron class"}),
        ("finance", {"Pupil Invented, Kestrel class", "Other Pupil Invented, Heron class"}),
        ("parent", {"Pupil Invented, Kestrel class"}),
        ("other_parent", {"Other Pupil Invented, Heron class"}),
        ("pupil", {"Me"}),
        ("carer", None),
        ("barred_parent", None),
    ],
)
def test_staff_ask_for_any_pupil_parents_for_their_own_and_pupils_for_themselves(sign_in_as, cast, who, offered):
    browser = sign_in_as(who)
    page = browser.get("/exemptions/new/exceptional-access").page
    if offered is None:
        assert "There is no child for whom you can ask." in page.text
        assert "Invented, Kestrel" not in page.text
    else:
        options = [option.text for option in page.field("subject").all("option") if option["value"]]
        assert set(options) == offered


@pytest.mark.parametrize(
    ("who", "whose"),
    [
        ("parent", "other_pupil"),
        ("other_parent", "pupil"),
        ("pupil", "other_pupil"),
        ("carer", "pupil"),
        ("barred_parent", "pupil"),
        ("teacher", "finance"),
        ("teacher", "parent"),
    ],
)
def test_nobody_asks_for_somebody_who_is_not_theirs(sign_in_as, ids, who, whose):
    form = kind_form("exceptional-access", getattr(ids, whose))
    answer = sign_in_as(who).post("/exemptions/new/exceptional-access", form)
    assert answer.status == 422
    assert "Choose the pupil" in answer.page.text
    assert Exemption.select().count() == 0


@pytest.mark.parametrize("subject", ["", "0", "x", "999999", "９"])
def test_a_pupil_that_there_is_not_is_said_beside_the_field(sign_in_as, ids, subject):
    form = kind_form("exceptional-access", ids.pupil, subject=subject)
    answer = sign_in_as("teacher").post("/exemptions/new/exceptional-access", form)
    assert answer.status == 422
    assert answer.page.message_beside("subject") == "Choose the pupil"


def test_two_pupils_of_the_same_name_are_told_apart(sign_in_as, a_person):
    for username in ("sam-one", "sam-two"):
        a_person(username, Role.PUPIL, name="Sam Invented")
    page = sign_in_as("teacher").get("/exemptions/new/exceptional-access").page
    sams = [option.text for option in page.field("subject").all("option") if "Sam" in option.text]
    assert len(set(sams)) == 2


@pytest.mark.parametrize(
    ("weekdays", "words"),
    [
        ([], "Choose at least one day of the week"),
        (["0"], "Choose at least one day of the week"),
        (["3"], "Choose at least one day of the week"),
        (["128"], "Choose at least one day of the week"),
        (["1", "x"], "Choose at least one day of the week"),
        (["9" * 5000], "Choose at least one day of the week"),
        (["１"], "Choose at least one day of the week"),
        (["32", "64"], "There is no such day of the week from the first day to the last day"),
    ],
)
def test_days_of_the_week_that_will_not_do_are_said_beside_them(sign_in_as, ids, weekdays, words):
    form = kind_form("exceptional-access", ids.pupil, weekdays=weekdays)
    answer = sign_in_as("teacher").post("/exemptions/new/exceptional-access", form)
    assert answer.status == 422
    assert answer.page.message_beside("weekdays") == words
    assert Exemption.select().count() == 0


def test_what_is_for_a_pupil_ends_with_the_school_year(sign_in_as, ids):
    form = kind_form("exceptional-access", ids.pupil, ends_on="2027-09-01")
    answer = sign_in_as("teacher").post("/exemptions/new/exceptional-access", form)
    assert "The school year ends on" in answer.page.message_beside("ends_on")


LESSON = "/exemptions/new/educational-activity"


def test_a_whole_class_takes_part_with_one_tick(sign_in_as, ids, stored):
    form = kind_form("educational-activity", ids.pupil, pupils=[], classes=["Kestrel class", "Heron class"])
    answer = sign_in_as("teacher").post(LESSON, form)
    assert answer.status == 303
    assert stored(newest().id).request.with_pupils == "Heron class and Kestrel class"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"pupils": []}, "Choose a class or at least one pupil"),
        ({"pupils": ["999999"]}, "Choose pupils from the list"),
        ({"pupils": ["x"]}, "Choose pupils from the list"),
        ({"pupils": [], "classes": ["Phoenix class"]}, "Choose pupils from the list"),
    ],
)
def test_who_takes_part_is_chosen_from_the_list(sign_in_as, ids, changed, words):
    answer = sign_in_as("teacher").post(LESSON, kind_form("educational-activity", ids.pupil, **changed))
    assert answer.status == 422
    assert answer.page.by_id("pupils-error").text == f"Error: {words}"
    assert Exemption.select().count() == 0


def test_the_assessment_begins_with_the_schools_words_which_are_no_answer_while_unsigned(sign_in_as, ids, stored):
    teacher = sign_in_as("teacher")
    page = teacher.get(LESSON).page
    begun = {name: page.value(f"activity-assessment-{name}") for name in ("hazards", "who", "controls", "residual")}
    assert begun["residual"] == "Low, with two adults in the room."
    form = kind_form("educational-activity", ids.pupil)
    form = {name: value for name, value in form.items() if not name.startswith("activity-assessment")}
    untouched = {f"activity-assessment-{name}": text for name, text in begun.items()}
    where = teacher.post(LESSON, {**form, **untouched, "activity-assessment-review": ""}).location
    assert prerequisites.completed(stored(newest().id)) == {}
    assert "It cannot be approved yet" in teacher.get(where).words


# --- Asking again -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_what_has_ended_is_asked_for_again_and_decided_afresh(sign_in_as, permitted, stored, cast, kind, later):
    ended = permitted(kind)
    if KINDS[kind].session:
        activities.end(cast.teacher, ended)
    with later(days=7):
        browser = sign_in_as(ASKERS[kind])
        again = f"/exemptions/new/{kind}?again={ended}"
        assert again in browser.get("/exemptions").page.links.values()
        assert browser.get(f"/exemptions/{ended}").page.links["Ask again for the same"] == again
        page = browser.get(again).page
        assert page.value("starts_on") == "2026-11-30"
        assert page.value("reason") == SECRET_REASON
        form = kind_form(kind, cast.pupil.id, starts_on="2026-11-30", reason=SECRET_REASON)
        form = {name: value or form[name] for name in form if (value := page.value(name)) is not None}
        form |= {"ends_on": ""} if "ends_on" in form else {}
        assert browser.post(again, form).status == 303
        view = stored(newest().id)
        assert view.id != ended
        assert (view.state, view.request.device) == (ExemptionState.SUBMITTED, "My own phone, blue case")
        assert not view.in_force
        assert stored(ended).status == "ended"


@pytest.mark.parametrize("who", ["assistant", "pupil", "head", "parent"])
def test_nobody_starts_from_what_somebody_else_asked_for(sign_in_as, ask, who):
    exemption = ask(None, "exceptional-access")
    address = f"/exemptions/new/exceptional-access?again={exemption}"
    answer = sign_in_as(who).get(address)
    assert answer.status == 404
    assert SECRET_REASON not in answer.text


def test_what_was_asked_in_another_kind_is_no_start(sign_in_as, ask):
    assert sign_in_as("teacher").get(f"/exemptions/new/school-device?again={ask()}").status == 404


@pytest.mark.parametrize(
    ("days", "words"), [(0, "Ends today"), (1, "Ends tomorrow"), (14, "Ends in 14 days"), (15, None)]
)
def test_what_ends_within_14_days_says_so_to_asker_and_decider(sign_in_as, approved, days, words):
    exemption = approved(ends_on=dt.date(2026, 11, 23) + dt.timedelta(days=days))
    again = f"/exemptions/new/teaching-period?again={exemption}"
    for who, address in (("teacher", "/"), ("teacher", "/exemptions"), ("head", "/decisions")):
        page = sign_in_as(who).get(address).page
        assert (f"{words}" in page.text) is (words is not None)
        assert ("Ends in" in page.text) is (days == 14)
        if who == "teacher":
            assert (again in page.links.values()) is (words is not None)
    assert ("1 permission ends within 14 days" in sign_in_as("head").get("/").words) is (words is not None)


# --- Slips of every kind ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SIGNED_KINDS)
def test_the_slip_of_what_is_not_signed_never_says_permitted(sign_in_as, approved, kind):
    exemption = approved(None, kind)
    for who in ("pupil", "parent", "carer"):
        page = sign_in_as(who).get(f"/exemptions/{exemption}/slip")
        assert "Not yet: the agreement waits for a signature" in page.words
        assert "Permitted" not in page.words


def test_the_slip_says_when_an_exam_suspends_it(sign_in_as, permitted, a_sitting):
    exemption = permitted("exceptional-access")
    a_sitting()
    assert "Not permitted during the exam" in sign_in_as("pupil").get(f"/exemptions/{exemption}/slip", piece=True).words


def test_the_slip_of_a_lesson_says_when_it_is_not_started(sign_in_as, approved):
    exemption = approved(None, "educational-activity")
    assert "Not started" in sign_in_as("teacher").get(f"/exemptions/{exemption}/slip").words


def test_there_is_no_slip_of_what_is_confidential(sign_in_as, permitted):
    exemption = permitted("known-family")
    for who in ("teacher", "head", "dsl"):
        assert sign_in_as(who).get(f"/exemptions/{exemption}/slip").status == 404
    assert f"/exemptions/{exemption}/slip" not in sign_in_as("teacher").get("/exemptions").page.links.values()


# --- Notes of discussions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"who": " "}, "who", "Write an answer"),
        ({"outcome": ""}, "outcome", "Write an answer"),
        ({"outcome": "x" * 2001}, "outcome", "Use 2,000 characters or fewer"),
        ({"when": ""}, "when", "Choose the day"),
        ({"when": "soon"}, "when", "Write the day like this"),
        ({"when": "2026-11-24"}, "when", "That day has not come yet"),
    ],
)
def test_a_note_with_a_gap_is_not_kept_and_stays_typed(sign_in_as, ask, stored, changed, field, words):
    exemption = ask(None, "exceptional-access", done=False)
    form = {**DISCUSSION, **changed}
    answer = sign_in_as("head").post(f"/exemptions/{exemption}/needs/discussion", form)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    for name, typed in form.items():
        assert answer.page.value(name) == typed, name
    assert prerequisites.completed(stored(exemption)) == {}


def test_a_later_note_stands_above_the_earlier_one_which_stays(sign_in_as, ask):
    exemption, head = ask(None, "exceptional-access", done=False), sign_in_as("head")
    for outcome in ("The first outcome.", "The second outcome."):
        form = {**DISCUSSION, "outcome": outcome}
        assert head.post(f"/exemptions/{exemption}/needs/discussion", form).status == 303
    words = head.get(f"/exemptions/{exemption}").words
    assert words.index("The second outcome.") < words.index("Written before that:") < words.index("The first outcome.")


@pytest.mark.parametrize("who", ["teacher", "pupil", "parent", "deputy", "dsl", "office", "director"])
def test_nobody_but_the_headteacher_writes_the_headteachers_note(sign_in_as, ask, stored, who):
    exemption = ask(None, "exceptional-access", done=False)
    answer = sign_in_as(who).post(f"/exemptions/{exemption}/needs/discussion", DISCUSSION)
    assert answer.status == (403 if who in {"teacher", "pupil", "parent"} else 404)
    assert prerequisites.completed(stored(exemption)) == {}


@pytest.mark.parametrize("kind", ["exceptional-access", "parent-contact"])
def test_the_note_about_a_pupil_is_read_by_who_decides_and_not_by_who_asked(sign_in_as, approved, cast, kind):
    exemption = approved(None, kind)
    outcome = DISCUSSION["outcome"]
    asker, head = sign_in_as(ASKERS[kind]), sign_in_as("head")
    for where in (f"/exemptions/{exemption}", f"/decisions/{receipts.decisions_on(queries.find(exemption))[0].id}"):
        assert outcome in head.get(where).words
        answer = asker.get(where)
        assert answer.status == 200
        assert outcome not in answer.text


def test_the_notes_about_a_declaration_are_read_by_all_who_share_it(sign_in_as, approved):
    exemption = approved(None, "known-family")
    for who in ("teacher", "dsl", "head"):
        assert DISCUSSION["outcome"] in sign_in_as(who).get(f"/exemptions/{exemption}").words
