"""A host asks that a visitor uses a device, the headteacher decides, and the office reads no reason (clause 6.5)."""

import pytest

from enums import ExemptionState
from models import Exemption
from rules.core import clock
from rules.decisions import receipts
from rules.exemptions import prerequisites
from rules.exemptions import queries as exemption_queries
from rules.reception import announcing
from rules.visitors import visits
from tests.conftest import ANSWERS, visit_of_nurse
from tests.pages.conftest import SECRET_REASON, kind_form, told
from tests.support import exemptions
from tests.support.visitors import a_visit, receive

KIND = "visitor-access"
NEW = f"/exemptions/new/{KIND}"


@pytest.fixture
def visit(cast):
    """A visit of today to the teacher; its id."""
    return announcing.announce(cast.teacher, a_visit(cast.teacher))[0]


def asked(actor, visit, **changed):
    """A request for today, sent by somebody for the visitor of a visit; its id."""
    return exemptions.ask(actor, exemptions.KINDS[KIND], visit=visit, ends_on=clock.today(), **changed)


def form_for(visit, **changed):
    today = clock.today().isoformat()
    return kind_form(KIND, None, **{"visit": str(visit), "ends_on": today, "reason": SECRET_REASON, **changed})


def newest():
    return Exemption.select().order_by(Exemption.id.desc()).first()


# --- Asking -------------------------------------------------------------------------------------------------


def test_a_form_that_is_opened_for_a_visit_begins_with_it(sign_in_as, visit):
    page = sign_in_as("teacher").get(f"{NEW}?visit={visit}").page
    assert page.value("visit") == str(visit)
    assert (page.value("starts_on"), page.value("starts_at")) == ("2026-11-23", "10:00")


@pytest.mark.parametrize("who", ["assistant", "deputy", "dsl"])
def test_somebody_elses_visitor_is_neither_offered_nor_found(sign_in_as, visit, who):
    browser = sign_in_as(who)
    assert browser.get(f"{NEW}?visit={visit}").status == 404
    page = browser.get(NEW).page
    assert "You have no visitor to ask for" in page.text
    assert "Maeve" not in page.text
    answer = browser.post(NEW, form_for(visit))
    assert answer.status == 422
    assert Exemption.select().count() == 0


def test_reception_asks_for_any_visitor_and_goes_back_to_its_own_page(sign_in_as, visit, stored):
    answer = sign_in_as("office").post(NEW, form_for(visit))
    assert (answer.status, answer.location) == (303, "/visitors/")
    view = stored(newest().id)
    assert (view.people.asker_name, view.people.host, view.request.with_pupils) == (
        "Office Invented",
        "Teacher Invented",
        "Kestrel class",
    )


@pytest.mark.parametrize(("who", "leads_to"), [("teacher", True), ("finance", False)])
def test_a_device_that_a_pupil_handles_is_not_sent_and_all_that_was_typed_is_kept(sign_in_as, cast, who, leads_to):
    """Clause 6.2, invariant 9: there is no override; a school device is offered instead."""
    visit = announcing.announce(getattr(cast, who), a_visit(getattr(cast, who)))[0]
    form = form_for(visit, pupil_handles="yes")
    answer = sign_in_as(who).post(NEW, form)
    assert answer.status == 422
    assert "clause 6.2" in answer.page.message_beside("pupil_handles")
    for name, typed in form.items():
        assert answer.page.value(name) in (typed, [typed]), name
    assert ("/exemptions/new/educational-activity" in answer.text) is leads_to
    assert "Let pupils use devices in a lesson activity" in answer.words
    assert Exemption.select().count() == 0


def test_whether_a_pupil_handles_it_is_not_answered_for_anybody(sign_in_as, visit):
    assert not sign_in_as("teacher").get(NEW).page.value("pupil_handles")
    form = form_for(visit)
    form.pop("pupil_handles")
    answer = sign_in_as("teacher").post(NEW, form)
    assert answer.status == 422
    assert "Say whether a pupil will handle the device" in answer.page.message_beside("pupil_handles")


@pytest.mark.parametrize("place", ["reception", "administration-office", "offices", "meeting-rooms", "car-park"])
def test_places_that_are_free_to_use_are_not_offered_and_not_taken(sign_in_as, visit, place):
    browser = sign_in_as("teacher")
    assert f'value="{place}"' not in browser.get(NEW).text
    assert browser.post(NEW, form_for(visit, zones=[place])).status == 422
    assert Exemption.select().count() == 0


def test_a_change_does_not_make_it_a_device_that_a_pupil_handles(sign_in_as, permitted, stored):
    """Invariant 9."""
    exemption, teacher = permitted(KIND), sign_in_as("teacher")
    page = teacher.get(f"/exemptions/{exemption}/change").page
    form = form_for(visit_of_nurse(), pupil_handles="yes", revision=page.value("revision"))
    form.pop("form_key")
    assert teacher.post(f"/exemptions/{exemption}/change", form).status == 422
    assert stored(exemption).state is ExemptionState.APPROVED


# --- Deciding -----------------------------------------------------------------------------------------------


def test_the_headteacher_records_the_discussion_and_approves_with_one_click(sign_in_as, ask, stored):
    """Clauses 6.5, 6.6."""
    exemption = ask(None, KIND, done=False)
    exemptions.lifecycle.complete(exemptions.who("teacher"), exemption, "kept-secure", ANSWERS[KIND]["kept-secure"])
    head, address = sign_in_as("head"), f"/exemptions/{exemption}/needs/visitor-discussion"
    page = head.get(address).page
    said = {**ANSWERS[KIND]["visitor-discussion"], "revision": page.value("revision"), "then": "approve"}
    assert head.post(address, {**said, "assessment": "perhaps"}).status == 422
    assert stored(exemption).state is ExemptionState.SUBMITTED
    assert head.post(address, said).status == 303
    assert (stored(exemption).state, stored(exemption).in_force) == (ExemptionState.APPROVED, True)


def test_a_request_changed_while_the_headteacher_wrote_is_not_approved_with_the_note(sign_in_as, cast, ask, stored):
    """Invariant 6: what is approved is what was seen."""
    exemption = ask(None, KIND, done=False)
    exemptions.lifecycle.complete(cast.teacher, exemption, "kept-secure", ANSWERS[KIND]["kept-secure"])
    head, address = sign_in_as("head"), f"/exemptions/{exemption}/needs/visitor-discussion"
    seen = head.get(address).page.value("revision")
    changed = exemptions.fitting(exemptions.KINDS[KIND], device="Another", visit=stored(exemption).request.visit)
    exemptions.lifecycle.change(cast.teacher, exemption, stored(exemption).revision, changed)
    said = {**ANSWERS[KIND]["visitor-discussion"], "revision": seen, "then": "approve"}
    answer = head.post(address, said)
    assert (answer.status, stored(exemption).state) == (409, ExemptionState.SUBMITTED)
    assert "The request was changed after you opened this page" in answer.words
    assert said["because"] in answer.text
    assert "visitor-discussion" not in prerequisites.completed(stored(exemption))
    again = {**said, "revision": answer.page.value("revision")}
    assert (head.post(address, again).status, stored(exemption).state) == (303, ExemptionState.APPROVED)


def test_an_agreement_is_never_issued_with_the_click_that_saves_a_note(sign_in_as, ask, stored):
    """Clause 5.7d: whoever issues it has read it."""
    exemption = ask(None, "exceptional-access", done=False)
    head, address = sign_in_as("head"), f"/exemptions/{exemption}/needs/discussion"
    answer = head.get(address)
    page = answer.page
    assert "Save and approve" not in answer.words
    said = {**ANSWERS["exceptional-access"]["discussion"], "revision": page.value("revision"), "then": "approve"}
    assert (head.post(address, said).status, stored(exemption).state) == (303, ExemptionState.SUBMITTED)


def test_an_arrangement_is_never_approved_without_its_words(sign_in_as, cast, ask, stored):
    """Clause 4.5."""
    exemption = ask("teacher", "known-family", done=False)
    said = {**ANSWERS["known-family"]["discussion-head"], "revision": "1", "then": "approve"}
    answer = sign_in_as("head").post(f"/exemptions/{exemption}/needs/discussion-head", said)
    assert (answer.status, stored(exemption).state) == (303, ExemptionState.SUBMITTED)


@pytest.mark.parametrize("who", ["deputy", "assistant_head", "dsl", "office", "assistant", "director"])
@pytest.mark.parametrize("action", ["approve", "decline", "return"])
def test_nobody_else_decides_even_by_posting(sign_in_as, ask, stored, who, action):
    """Invariants 1, 4 and 5."""
    exemption = ask(None, KIND)
    revision = stored(exemption).revision
    answer = sign_in_as(who).post(f"/decisions/{exemption}/{action}", {"revision": str(revision), "text": "No."})
    assert answer.status in {403, 404}
    assert stored(exemption).state is ExemptionState.SUBMITTED


@pytest.mark.parametrize("asker", ["teacher", "office"])
def test_neither_the_host_nor_who_asked_decides(sign_in_as, cast, visit, asker, stored):
    """Invariant 4."""
    exemption = asked(getattr(cast, asker), visit)
    form = {"revision": str(stored(exemption).revision), "text": ""}
    for who in {asker, "teacher"}:
        assert sign_in_as(who).post(f"/decisions/{exemption}/approve", form).status == 403
    assert stored(exemption).state is ExemptionState.SUBMITTED


def test_the_receipt_names_the_host_the_organisation_and_the_pupils_involved(sign_in_as, approved):
    """Clause 6.6."""
    exemption = approved(None, KIND, with_pupils="Kestrel class")
    (decision,) = receipts.decisions_on(exemption_queries.find(exemption))
    words = sign_in_as("head").get(f"/decisions/{decision.id}").words
    for told_there in ("Nina Nurse", "Invented Health Trust", "Teacher Invented", "Kestrel class"):
        assert told_there in words
    assert "A risk assessment is not required" in words


# --- What the office sees -----------------------------------------------------------------------------------

OFFICE = ("/visitors", "/visitors/log", "/visitors/log.csv", "/visitors/roll-call", "/today", "/today.csv", "/")


@pytest.mark.parametrize("state", ["waiting", "approved", "declined"])
def test_no_page_of_the_office_holds_the_reason(sign_in_as, cast, visit, state):
    """Invariant 14."""
    receive(cast.office, visit)
    exemption = asked(cast.teacher, visit, reason=SECRET_REASON)
    if state != "waiting":
        exemptions.VERBS["approve" if state == "approved" else "decline"](
            cast.head, exemption, exemptions.revision(exemption)
        )
    office = sign_in_as("office")
    visitor = visits.one(visit).visitor
    for address in (*OFFICE, f"/visitors/{visitor}", f"/exemptions/{exemption}"):
        assert told(office.get(address), KIND) == [], address
    assert office.get(f"/exemptions/{exemption}").status == 404


def test_todays_list_and_its_file_name_the_visitor_and_say_where_they_stand(sign_in_as, cast, visit):
    exemptions.permit(asked(cast.teacher, visit))
    office = sign_in_as("office")
    for address in ("/today", "/today.csv"):
        text = office.get(address).text
        assert "Maeve O’Brien" in text
        assert "Larch Ltd" in text
        assert "While signed in as a visitor" in text
    receive(cast.office, visit)
    for address in ("/today", "/today.csv"):
        assert "While signed in as a visitor" not in office.get(address).text


def test_a_slip_says_that_the_visitor_is_not_signed_in(sign_in_as, cast, visit):
    exemption = asked(cast.teacher, visit)
    exemptions.permit(exemption)
    teacher, address = sign_in_as("teacher"), f"/exemptions/{exemption}/slip"
    assert "not signed in at reception" in teacher.get(address).words
    receive(cast.office, visit)
    words = teacher.get(address).words
    assert "not signed in" not in words
    assert "Visits Teacher Invented" in words


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30])
def test_a_note_that_is_sent_with_no_revision_to_approve_is_not_kept_either(sign_in_as, ask, stored, revision):
    exemption = ask(None, KIND, done=False)
    said = {**ANSWERS[KIND]["visitor-discussion"], "revision": revision, "then": "approve"}
    answer = sign_in_as("head").post(f"/exemptions/{exemption}/needs/visitor-discussion", said)
    assert (answer.status, stored(exemption).revision) == (400, 1)


def test_reception_reads_where_a_visitor_may_use_their_device_and_until_when(sign_in_as, cast, visit):
    """Clauses 6.1 and 6.5: what the permission slip says as well."""
    exemption = asked(cast.teacher, visit)
    office = sign_in_as("office")
    assert "Permitted" not in office.get("/visitors").words
    receive(cast.office, visit, ("phone",))
    assert "Permitted only here:" in office.get("/visitors").words
    exemptions.permit(exemption)
    words = office.get("/visitors").words
    assert "Permitted now, until 3pm: Teaching areas" in words
    assert "Permitted now, until 3pm" in sign_in_as("teacher").get(f"/exemptions/{exemption}/slip").words


def test_reception_asks_the_database_as_often_however_many_visitors_have_a_device(sign_in_as, cast, visit, queries):
    office = sign_in_as("office")
    exemptions.permit(asked(cast.teacher, visit))
    receive(cast.office, visit, ("phone",))
    office.get("/visitors")
    one = len(queries(lambda: office.get("/visitors")))
    for letter in "ABC":
        other = announcing.announce(cast.teacher, a_visit(cast.teacher, name=f"Visitor {letter}"))[0]
        exemptions.permit(asked(cast.teacher, other))
        receive(cast.office, other, ("phone",))
    assert len(queries(lambda: office.get("/visitors"))) == one
