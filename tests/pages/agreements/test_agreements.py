"""Written agreements: read, signed by the right people on their own pages or on paper, changed, ended at any time."""

import pytest

from enums import ExemptionState, ParentAccess, RequiredSigners
from models import Agreement, AuditEvent, Guardian, Signature
from rules.agreements import agreements, signing
from rules.agreements.terms import Terms
from rules.decisions import deciding
from rules.exemptions import lifecycle
from rules.exemptions import queries as exemption_queries
from rules.people import families
from rules.policy.in_force import policy_in_force
from tests.conftest import PASSWORD
from tests.pages.conftest import OPEN_KINDS, SIGNED_KINDS, newest_agreement
from tests.support import exemptions

BOTH = "Not yet: it waits for the signature of Pupil Invented and a parent or carer."
NEW_TERMS = Terms("Only the watch.", "It goes into the locker.")
every_signed_kind = pytest.mark.parametrize("kind", SIGNED_KINDS)


def signing_form(name="Parent Invented", **changed):
    """The form with which somebody signs."""
    return {"agrees": "y", "name": name, "password": PASSWORD, **changed}


def paper_form(signer, **changed):
    """The form with which the office records a signature on paper."""
    told = {"signed_on": "2026-11-23", "witnessed_by": "Office Invented", "kept_at": "Cabinet 2, file 7"}
    return {"person": str(signer), **told, **changed}


def terms_form(page, **changed):
    """The form of an agreement's terms as it stands on a page."""
    names = [each["name"] for each in page.all("input", "textarea") if each["name"] not in {"csrf_token", None}]
    fields = {name: page.value(name) for name in names}
    return {**{name: value[0] if isinstance(value, list) else value for name, value in fields.items()}, **changed}


def actions(answer):
    """Where the forms of a page lead."""
    return {(form["action"] or "").rpartition("/")[2] for form in answer.page.one("main").all("form")}


@pytest.fixture
def sign(sign_in_as, cast):
    """Somebody signs an agreement (by id): `sign("parent", agreement)`."""

    def make(who, number, piece=False, **changed):
        form = signing_form(getattr(cast, who).name, **changed)
        return sign_in_as(who).post(f"/agreements/{number}/sign", form, piece)

    return make


# --- Reading ------------------------------------------------------------------------------------------------


@every_signed_kind
def test_who_reads_it_and_what_they_can_do_there(sign_in_as, agreement, kind, cast):
    number = agreement(kind)
    party, office = {"sign", "withdraw", "easy-read"}, {"paper", "exam-permission", "easy-read"}
    forms = {"pupil": party, "parent": party, "office": office, "head": office}
    readers = {*forms, "carer", "teacher", "deputy", "assistant_head", "dsl", "deputy_dsl"}
    for who in vars(cast):
        answer = sign_in_as(who).get(f"/agreements/{number}")
        assert answer.status == (200 if who in readers else 404), who
        if who in readers:
            assert actions(answer) == forms.get(who, {"easy-read"}), who
            assert BOTH in answer.words
            for line in agreements.template(policy_in_force()).sanctions.splitlines():
                assert line in answer.words


@every_signed_kind
def test_the_class_staff_read_the_agreements_of_their_own_classes_only(sign_in_as, agreement, kind):
    number = agreement(kind)
    assert sign_in_as("teacher").get(f"/agreements/{number}").status == 200
    assert sign_in_as("assistant").get(f"/agreements/{number}").status == 404


def test_the_address_of_an_exemption_leads_to_the_version_that_counts(sign_in_as, approved, cast):
    exemption = approved(None, "exceptional-access")
    agreements.issue_anew(cast.head, exemption, 1, NEW_TERMS)
    newest = newest_agreement(exemption).id
    for who in ("office", "pupil", "parent", "carer", "head", "teacher"):
        answer = sign_in_as(who).get(f"/agreements/of/{exemption}")
        assert (answer.status, answer.location) == (303, f"/agreements/{newest}"), who
    for who in ("barred_parent", "other_parent", "other_pupil", "assistant", "finance", "governor"):
        assert sign_in_as(who).get(f"/agreements/of/{exemption}").status == 404, who


@pytest.mark.parametrize("kind", [kind for kind in OPEN_KINDS if kind not in SIGNED_KINDS])
def test_a_kind_without_an_agreement_has_none(sign_in_as, approved, kind):
    exemption = approved(None, kind)
    for address in (f"/agreements/of/{exemption}", f"/agreements/for/{exemption}"):
        assert sign_in_as("head").get(address).status == 404


def test_an_old_version_says_so_and_cannot_be_signed(sign_in_as, approved, cast):
    exemption = approved(None, "exceptional-access")
    first = newest_agreement(exemption).id
    agreements.issue_anew(cast.head, exemption, 1, NEW_TERMS)
    answer = sign_in_as("parent").get(f"/agreements/{first}")
    assert "This is an old version." in answer.words
    assert answer.page.links["Read the version that counts"] == f"/agreements/{newest_agreement(exemption).id}"
    assert actions(answer) == {"easy-read"}


# --- Signing ------------------------------------------------------------------------------------------------


@every_signed_kind
@pytest.mark.parametrize("order", [("pupil", "parent"), ("parent", "pupil")])
def test_it_is_in_force_once_the_pupil_and_a_parent_have_signed(sign_in_as, sign, approved, stored, kind, order):
    exemption = approved(None, kind)
    number, office = newest_agreement(exemption).id, sign_in_as("office")
    assert "Not yet: waiting for a signature (1)" in office.get("/today").words
    answer = sign(order[0], number)
    assert (answer.status, answer.location) == (303, f"/agreements/{number}")
    assert not stored(exemption).in_force
    assert "Not yet: waiting for a signature (1)" in office.get("/today").words
    assert sign(order[1], number).status == 303
    assert stored(exemption).in_force
    assert "In force now (1)" in office.get("/today").words
    page = sign_in_as(order[1]).get(f"/agreements/{number}")
    assert "It is signed, and it holds." in page.words
    assert actions(page) == {"withdraw", "easy-read"}
    told = [row.event for row in AuditEvent.select().where(AuditEvent.event == "agreement-signed")]
    assert len(told) == 2


WRONG = [
    ({"name": ""}, "name", "Type your name as it stands here: Parent Invented"),
    ({"name": "Pupil Invented"}, "name", "Type your name as it stands here: Parent Invented"),
    ({"agrees": None}, "agrees", "Tick the box if you agree"),
    ({"password": ""}, "password", "That is not your password"),
    ({"password": "not my password"}, "password", "That is not your password"),
]


@pytest.mark.parametrize(("changed", "field", "words"), WRONG)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(sign_in_as, agreement, changed, field, words):
    number = agreement()
    form = {key: value for key, value in signing_form(**changed).items() if value is not None}
    answer = sign_in_as("parent").post(f"/agreements/{number}/sign", form)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    assert answer.page.value("name") == form["name"]
    assert answer.page.value("agrees") == (["y"] if "agrees" in form else [])
    assert answer.page.value("password") == "", "a password is never sent back"
    assert Signature.select().count() == 0


@pytest.mark.parametrize("gone", ["agrees", "name", "password"])
def test_a_field_that_is_missing_signs_nothing(sign_in_as, agreement, gone):
    form = signing_form()
    form.pop(gone)
    assert sign_in_as("parent").post(f"/agreements/{agreement()}/sign", form).status == 422
    assert Signature.select().count() == 0


def test_a_name_is_the_same_with_other_capitals_and_spaces(sign_in_as, agreement):
    answer = sign_in_as("parent").post(f"/agreements/{agreement()}/sign", signing_form("  parent   INVENTED "))
    assert answer.status == 303
    assert Signature.get().name == "parent INVENTED"


def test_wrong_passwords_are_slowed_down_and_the_right_one_works_afterwards(sign_in_as, agreement, sign, later):
    number, parent = agreement(), sign_in_as("parent")
    for _ in range(5):
        assert parent.post(f"/agreements/{number}/sign", signing_form(password="wrong one")).status == 422
    answer = parent.post(f"/agreements/{number}/sign", signing_form())
    assert answer.status == 429
    assert answer.headers["Retry-After"].isdigit()
    assert Signature.select().count() == 0
    with later(minutes=6):
        assert sign("parent", number).status == 303


@pytest.mark.parametrize("piece", [False, True])
def test_signing_twice_changes_nothing_and_says_who_has_signed(sign, agreement, piece):
    number = agreement()
    assert sign("parent", number).status == 303
    answer = sign("parent", number, piece)
    assert answer.status == 409
    assert "Parent Invented has signed this already, at 10am on Monday 23 November 2026." in answer.words
    assert Signature.select().count() == 1


def test_one_parent_signs_for_both(sign, agreement, cast):
    number = agreement()
    families.change_access(
        cast.office, cast.pupil.id, Guardian.get(Guardian.parent == cast.carer.id).id, ParentAccess.SIGNS
    )
    assert sign("carer", number).status == 303
    answer = sign("parent", number)
    assert answer.status == 409
    assert "Carer Invented has signed this already" in answer.words


def test_signing_after_a_new_version_says_so_and_leads_to_it(sign, approved, cast):
    exemption = approved(None, "exceptional-access")
    first = newest_agreement(exemption).id
    agreements.issue_anew(cast.head, exemption, 1, NEW_TERMS)
    answer = sign("parent", first)
    assert answer.status == 409
    assert "The agreement has a new version. Read it before you sign." in answer.words
    assert answer.page.links["See how it stands now"] == f"/agreements/{newest_agreement(exemption).id}"
    assert Signature.select().count() == 0


@pytest.mark.parametrize("how", ["consent withdrawn", "revoked", "over"])
def test_signing_what_does_not_hold_any_more_says_how_it_stands(sign, sign_in_as, approved, cast, later, how):
    exemption = approved(None, "exceptional-access")
    number = newest_agreement(exemption).id
    if how == "revoked":
        deciding.revoke(cast.head, exemption, exemptions.revision(exemption), "x")
    elif how != "over":
        signing.withdraw_consent(cast.pupil, exemption)
    with later(days=3 if how == "over" else 0):
        answer = sign("parent", number)
        assert answer.status == 409
        assert {"revoked": "Revoked", "over": "Ended"}.get(how, "Withdrawn") in answer.words
        assert actions(sign_in_as("parent").get(f"/agreements/{number}")) == {"easy-read"}
    assert Signature.select().count() == 0


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("carer", 403),
        ("barred_parent", 404),
        ("other_parent", 404),
        ("other_pupil", 404),
        ("office", 403),
        ("head", 403),
    ],
)
def test_nobody_else_signs(sign, sign_in_as, agreement, cast, who, status):
    number = agreement()
    assert sign(who, number).status == status
    assert sign_in_as(who).post(f"/agreements/{number}/sign", signing_form()).status == status
    assert Signature.select().count() == 0


@pytest.mark.parametrize(("how", "status"), [("ended", 404), ("sees", 403), ("nothing", 404)])
def test_a_parent_whose_link_was_changed_a_minute_ago_does_not_sign(sign_in_as, sign, agreement, cast, how, status):
    number, link = agreement(), Guardian.get(Guardian.parent == cast.parent.id).id
    sign_in_as("parent").get(f"/agreements/{number}")
    if how == "ended":
        families.end(cast.office, cast.pupil.id, link)
    else:
        families.change_access(cast.office, cast.pupil.id, link, ParentAccess(how))
    assert sign("parent", number).status == status
    assert sign_in_as("parent").post(f"/agreements/{number}/withdraw").status == status
    assert Signature.select().count() == 0


@pytest.mark.parametrize(("signers", "signs", "other"), [("pupil", "pupil", "parent"), ("parent", "parent", "pupil")])
def test_where_one_of_them_signs_alone_the_other_is_not_asked(
    sign_in_as, sign, ask, stored, cast, signers, signs, other
):
    exemption = ask(None, "exceptional-access")
    terms = Terms("Only this.", "It goes away.", (), RequiredSigners(signers), "They are of age.")
    deciding.approve(cast.head, exemption, exemptions.revision(exemption), "", terms)
    number = newest_agreement(exemption).id
    answer = sign_in_as(other).get(f"/agreements/{number}")
    assert "because: They are of age." in answer.words
    assert "sign" not in actions(answer)
    assert sign(other, number).status == 403
    assert sign(signs, number).status == 303
    assert stored(exemption).in_force


# --- No longer agreeing -------------------------------------------------------------------------------------


@every_signed_kind
@pytest.mark.parametrize("who", ["pupil", "parent"])
def test_either_side_stops_it_at_once_and_only_once(sign_in_as, permitted, stored, kind, who):
    exemption = permitted(kind)
    number = newest_agreement(exemption).id
    browser = sign_in_as(who)
    assert browser.post(f"/agreements/{number}/withdraw").status == 303
    assert (stored(exemption).state, stored(exemption).in_force) == (ExemptionState.WITHDRAWN, False)
    assert "Stopped at 10am" in sign_in_as("office").get("/today").words
    assert "It does not hold any more: withdrawn." in browser.get(f"/agreements/{number}").words
    for piece in (False, True):
        answer = browser.post(f"/agreements/{number}/withdraw", piece=piece)
        assert answer.status == 409
        assert "is now: Withdrawn" in answer.words
    assert AuditEvent.select().where(AuditEvent.event == "consent-withdrawn").count() == 1


@pytest.mark.parametrize(
    ("who", "status"), [("carer", 403), ("barred_parent", 404), ("other_parent", 404), ("office", 403)]
)
def test_nobody_else_stops_it(sign_in_as, permitted, stored, who, status):
    exemption = permitted("exceptional-access")
    assert sign_in_as(who).post(f"/agreements/{newest_agreement(exemption).id}/withdraw").status == status
    assert stored(exemption).in_force


# --- On paper -----------------------------------------------------------------------------------------------


@every_signed_kind
@pytest.mark.parametrize("who", ["office", "head"])
def test_a_signature_on_paper_counts_like_one_on_the_page(sign_in_as, sign, approved, stored, cast, kind, who):
    exemption = approved(None, kind)
    number, browser = newest_agreement(exemption).id, sign_in_as(who)
    assert browser.post(f"/agreements/{number}/paper", paper_form(cast.parent.id)).status == 303
    words = browser.get(f"/agreements/{number}").words
    for said in ("Parent or carer: Parent Invented", "watched by Office Invented", "kept at Cabinet 2, file 7"):
        assert said in words
    assert not stored(exemption).in_force
    assert sign("pupil", number).status == 303
    assert stored(exemption).in_force


def test_only_who_may_sign_can_have_signed_on_paper(sign_in_as, agreement, cast, sign):
    number, office = agreement(), sign_in_as("office")
    choices = {option["value"]: option.text for option in office.get(f"/agreements/{number}").page.all("option")}
    assert choices == {
        "": "Choose one",
        str(cast.pupil.id): "Pupil Invented",
        str(cast.parent.id): "Parent Invented, mother",
    }
    sign("pupil", number)
    for person in (cast.carer, cast.barred_parent, cast.other_parent, cast.teacher, cast.pupil):
        answer = office.post(f"/agreements/{number}/paper", paper_form(person.id))
        assert answer.status == 422, person.name
        assert answer.page.message_beside("person") == "Choose who signed"
    assert Signature.select().count() == 1


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"person": ""}, "person", "Choose who signed"),
        ({"person": "x"}, "person", "Choose who signed"),
        ({"signed_on": ""}, "signed_on", "Choose the day on which it was signed"),
        ({"signed_on": "2026-11-24"}, "signed_on", "Choose a day from Monday 23 November 2026 until today"),
        ({"signed_on": "2026-11-22"}, "signed_on", "Choose a day from Monday 23 November 2026 until today"),
        ({"signed_on": "soon"}, "signed_on", "Write the day like this"),
        ({"witnessed_by": " "}, "witnessed_by", "Write who watched it being signed"),
        ({"kept_at": ""}, "kept_at", "Write where the paper is kept"),
        ({"kept_at": "x" * 201}, "kept_at", "Use 200 characters or fewer"),
    ],
)
def test_a_paper_that_is_not_told_of_well_is_not_recorded_and_stays_typed(
    sign_in_as, agreement, cast, changed, field, words
):
    form = paper_form(cast.parent.id, **changed)
    answer = sign_in_as("office").post(f"/agreements/{agreement()}/paper", form)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    for name, typed in form.items():
        if not (name == field == "person"):
            assert answer.page.value(name) == typed, name
    assert Signature.select().count() == 0


def test_what_needs_no_signature_any_more_is_not_recorded_again(sign_in_as, permitted, approved, cast):
    signed, exemption = permitted("exceptional-access"), approved(None, "parent-contact", device="another")
    office, old = sign_in_as("office"), newest_agreement(exemption).id
    assert office.post(f"/agreements/{newest_agreement(signed).id}/paper", paper_form(cast.parent.id)).status == 409
    agreements.issue_anew(cast.head, exemption, 1, NEW_TERMS)
    answer = office.post(f"/agreements/{old}/paper", paper_form(cast.parent.id))
    assert answer.status == 409
    assert "new version" in answer.words
    assert Signature.select().where(Signature.on_paper).count() == 0


@pytest.mark.parametrize(("who", "status"), [("pupil", 403), ("parent", 403), ("teacher", 403), ("deputy", 403)])
def test_nobody_else_records_a_paper(sign_in_as, agreement, cast, who, status):
    answer = sign_in_as(who).post(f"/agreements/{agreement()}/paper", paper_form(cast.parent.id))
    assert answer.status == status
    assert Signature.select().count() == 0


# --- Exams --------------------------------------------------------------------------------------------------


@every_signed_kind
def test_the_bodys_permission_lets_it_hold_in_an_exam(sign_in_as, permitted, a_sitting, kind):
    exemption, office = permitted(kind), sign_in_as("office")
    a_sitting()
    assert "Suspended: in an exam (1)" in office.get("/today").words
    where = f"/agreements/{newest_agreement(exemption).id}"
    assert office.post(f"{where}/exam-permission", {"reference": "AQA/4711"}).status == 303
    assert "In force now (1)" in office.get("/today").words
    assert "Exam allowed, reference AQA/4711, 9am to 11am" in office.get("/today").words
    assert "reference AQA/4711" in sign_in_as("parent").get(where).words
    assert office.post(f"{where}/exam-permission", {"reference": ""}).status == 303
    assert "Suspended: in an exam (1)" in office.get("/today").words


def test_a_reference_that_will_not_do_is_said_beside_it_and_kept(sign_in_as, agreement):
    answer = sign_in_as("office").post(f"/agreements/{agreement()}/exam-permission", {"reference": "x" * 101})
    assert answer.status == 422
    assert "Use 100 characters or fewer" in answer.page.message_beside("reference")
    assert answer.page.value("reference") == "x" * 101


def test_a_reference_comes_too_late_when_it_is_over_and_from_nobody_else(sign_in_as, agreement, later):
    number = agreement()
    for who in ("teacher", "parent", "pupil", "deputy"):
        assert sign_in_as(who).post(f"/agreements/{number}/exam-permission", {"reference": "x"}).status == 403
    with later(days=3):
        assert sign_in_as("office").post(f"/agreements/{number}/exam-permission", {"reference": "x"}).status == 409


# --- Issuing and changing -----------------------------------------------------------------------------------


@every_signed_kind
def test_the_headteacher_changes_the_agreement_and_approves_with_it(sign_in_as, ask, stored, kind):
    exemption, head = ask(None, kind), sign_in_as("head")
    page = head.get(f"/agreements/for/{exemption}").page
    form = terms_form(page, sanctions="It stays at home for a week.", conditions="Only with the nurse")
    answer = head.post(f"/agreements/for/{exemption}", form)
    assert (answer.status, answer.location) == (303, f"/exemptions/{exemption}")
    assert (stored(exemption).status, stored(exemption).decision.conditions) == (
        "awaiting signature",
        "Only with the nurse",
    )
    words = sign_in_as("parent").get(f"/agreements/{newest_agreement(exemption).id}").words
    assert "It stays at home for a week." in words
    assert "Only with the nurse" in words


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"sanctions": " "}, "sanctions", "Write what happens if the rules are broken"),
        ({"expectations": ""}, "expectations", "Write what is expected"),
        ({"expectations": "x" * 4001}, "expectations", "Use 4,000 characters or fewer"),
        ({"easy": "(dragon) I keep it."}, "easy", "There is no picture “dragon”"),
        ({"easy": "(phone) " + "x" * 121}, "easy", "Use 120 characters or fewer"),
        ({"easy": "a\n" * 31}, "easy", "Use 30 lines or fewer"),
        ({"signers": "parent"}, "signers_reason", "Say why only one of them signs"),
        ({"signers": "nobody"}, "signers", "Choose who signs"),
    ],
)
@pytest.mark.parametrize("approved_before", [False, True])
def test_terms_that_will_not_do_are_said_beside_their_field_and_kept(
    sign_in_as, ask, approved, changed, field, words, approved_before
):
    exemption = (approved if approved_before else ask)(None, "exceptional-access")
    head = sign_in_as("head")
    form = terms_form(head.get(f"/agreements/for/{exemption}").page, **changed)
    before = Agreement.select().count()
    answer = head.post(f"/agreements/for/{exemption}", form)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    for name, typed in form.items():
        shown = answer.page.value(name)
        if name != "signers":
            assert shown.replace("\r\n", "\n").strip() == typed.strip(), name
        elif typed != "nobody":
            assert shown == [typed]
    assert Agreement.select().count() == before


def test_conditions_that_are_too_long_are_said_beside_their_field_and_kept(sign_in_as, ask, stored):
    exemption, head = ask(None, "exceptional-access"), sign_in_as("head")
    form = terms_form(head.get(f"/agreements/for/{exemption}").page, conditions="c" * 1001, sanctions="Typed here.")
    answer = head.post(f"/agreements/for/{exemption}", form)
    assert answer.status == 422
    assert "Use 1,000 characters or fewer" in answer.page.message_beside("conditions")
    assert (answer.page.value("conditions"), answer.page.value("sanctions")) == ("c" * 1001, "Typed here.")
    assert stored(exemption).state is ExemptionState.SUBMITTED


def test_what_is_missing_is_said_and_nothing_is_issued(sign_in_as, ask, stored):
    exemption, head = ask(None, "exceptional-access", done=False), sign_in_as("head")
    answer = head.get(f"/agreements/for/{exemption}")
    assert "Discussion with the headteacher is missing" in answer.words
    answer = head.post(f"/agreements/for/{exemption}", terms_form(answer.page))
    assert answer.status == 422
    assert "It cannot be approved yet" in answer.page.message_beside("expectations")
    assert (stored(exemption).state, Agreement.select().count()) == (ExemptionState.SUBMITTED, 0)


@every_signed_kind
def test_a_changed_agreement_is_a_new_version_and_waits_for_signatures_again(sign_in_as, permitted, stored, kind):
    exemption, head = permitted(kind), sign_in_as("head")
    answer = head.get(f"/agreements/for/{exemption}")
    assert "It stops the permission until the new version is signed." in answer.words
    assert head.post(f"/agreements/for/{exemption}", terms_form(answer.page, expectations="Less.")).status == 303
    assert (stored(exemption).status, stored(exemption).in_force) == ("awaiting signature", False)
    assert "Not yet: waiting for a signature (1)" in sign_in_as("office").get("/today").words
    assert newest_agreement(exemption).version == 2
    for who in ("pupil", "parent"):
        waiting = sign_in_as(who).get("/").page.by_id("waiting").parent
        assert f"/agreements/{newest_agreement(exemption).id}" in {link["href"] for link in waiting.all("a")}


def test_a_page_from_before_another_version_issues_nothing_and_keeps_what_was_typed(sign_in_as, approved, cast):
    exemption, head = approved(None, "exceptional-access"), sign_in_as("head")
    form = terms_form(head.get(f"/agreements/for/{exemption}").page, expectations="From the old page.")
    agreements.issue_anew(cast.head, exemption, 1, NEW_TERMS)
    answer = head.post(f"/agreements/for/{exemption}", form)
    assert answer.status == 409
    assert "Version 2 was issued after you opened this page, so nothing was issued" in answer.words
    (now,) = [each for each in answer.page.all("div") if each["role"] == "alert" and "ox-missing" in each.classes]
    assert NEW_TERMS.expectations.splitlines()[0] in now.text
    assert answer.page.value("expectations") == "From the old page."
    assert newest_agreement(exemption).version == 2
    assert head.post(f"/agreements/for/{exemption}", terms_form(answer.page)).status == 303
    assert newest_agreement(exemption).terms.expectations == "From the old page."


def test_a_request_changed_while_its_agreement_was_written_is_shown_as_it_is_now(sign_in_as, ask, cast):
    exemption, head = ask("teacher", "exceptional-access"), sign_in_as("head")
    form = terms_form(head.get(f"/agreements/for/{exemption}").page, expectations="Typed with care.")
    newer = exemption_queries.find(exemption).request._replace(device="A newer pump")
    lifecycle.change(cast.teacher, exemption, exemptions.revision(exemption), newer)
    answer = head.post(f"/agreements/for/{exemption}", form)
    assert answer.status == 409
    assert "The request was changed after you opened this page, so nothing was issued" in answer.words
    assert "A newer pump" in answer.words
    assert answer.page.value("expectations") == "Typed with care."
    assert Agreement.select().count() == 0


def test_terms_written_for_what_was_declined_meanwhile_are_shown_to_be_copied(sign_in_as, ask, cast):
    exemption, head = ask(None, "exceptional-access"), sign_in_as("head")
    form = terms_form(head.get(f"/agreements/for/{exemption}").page, expectations="Typed with care.")
    deciding.decline(cast.head, exemption, exemptions.revision(exemption), "x")
    answer = head.post(f"/agreements/for/{exemption}", form)
    assert answer.status == 409
    assert "It was not saved. Copy what you want to keep." in answer.words
    assert "Typed with care." in answer.words


def test_a_page_of_before_the_approval_neither_approves_again_nor_issues(sign_in_as, ask, cast):
    exemption, head = ask(None, "exceptional-access"), sign_in_as("head")
    form = terms_form(head.get(f"/agreements/for/{exemption}").page)
    assert [head.post(f"/agreements/for/{exemption}", form).status for _ in range(2)] == [303, 409]
    assert Agreement.select().count() == 1


@pytest.mark.parametrize("state", ["declined", "returned", "revoked", "over"])
def test_an_agreement_about_what_does_not_stand_is_not_opened(sign_in_as, ask, approved, cast, later, state):
    made = approved if state in {"revoked", "over"} else ask
    exemption = made(None, "exceptional-access")
    step = {"declined": deciding.decline, "returned": deciding.return_to_asker, "revoked": deciding.revoke}.get(state)
    if step:
        step(cast.head, exemption, exemptions.revision(exemption), "x")
    with later(days=3 if state == "over" else 0):
        answer = sign_in_as("head").get(f"/agreements/for/{exemption}")
        assert answer.status == 409
        assert "This has changed" in answer.words


@pytest.mark.parametrize(
    ("who", "status"), [("deputy", 404), ("director", 404), ("office", 403), ("teacher", 403), ("parent", 403)]
)
def test_only_who_decides_issues_an_agreement(sign_in_as, ask, who, status):
    exemption = ask("parent", "exceptional-access")
    browser = sign_in_as(who)
    assert browser.get(f"/agreements/for/{exemption}").status == status
    assert browser.post(f"/agreements/for/{exemption}", {"version": "0", "revision": "2"}).status == status


# --- The school's template ----------------------------------------------------------------------------------


def test_a_changed_template_is_where_new_agreements_start_and_old_ones_stay(sign_in_as, approved, ask):
    before, head = approved(None, "exceptional-access"), sign_in_as("head")
    old = newest_agreement(before).terms
    form = terms_form(head.get("/agreements/template").page, sanctions="Our own sanction.", easy="(lock) I lock it.")
    assert head.post("/agreements/template", form).status == 303
    assert head.get("/agreements/template").page.value("easy") == "(lock) I lock it."
    after = approved(None, "parent-contact", device="another")
    assert newest_agreement(after).terms.sanctions == "Our own sanction."
    assert newest_agreement(before).terms == old


def test_two_tabs_on_the_template_lose_neither_what_was_saved_nor_what_was_typed(sign_in_as):
    head = sign_in_as("head")
    opened = head.get("/agreements/template").page
    first = terms_form(opened, sanctions="Saved in the first tab.")
    second = terms_form(opened, sanctions="Typed in the second tab.")
    assert head.post("/agreements/template", first).status == 303
    answer = head.post("/agreements/template", second)
    assert answer.status == 409
    assert "Saved in the first tab." in answer.words
    assert "saved other words at" in answer.words
    assert answer.page.value("sanctions") == "Typed in the second tab."
    assert head.post("/agreements/template", terms_form(answer.page)).status == 303
    assert head.get("/agreements/template").page.value("sanctions") == "Typed in the second tab."


@pytest.mark.parametrize("field", ["expectations", "sanctions"])
def test_a_template_is_never_without_expectations_or_sanctions(sign_in_as, field):
    head = sign_in_as("head")
    form = terms_form(head.get("/agreements/template").page, easy="(heart) I typed this.", **{field: "  "})
    answer = head.post("/agreements/template", form)
    assert answer.status == 422
    assert answer.page.message_beside(field).startswith("Write what")
    assert answer.page.value("easy") == "(heart) I typed this."


# --- Easy-read ----------------------------------------------------------------------------------------------


def test_easy_read_is_switched_on_the_page_comes_back_there_and_is_remembered(sign_in_as, agreement):
    where, pupil = f"/agreements/{agreement()}", sign_in_as("pupil")
    assert not pupil.get(where).page.all("svg")
    answer = pupil.post("/easy-read", {"easy": "1", "back": where})
    assert (answer.status, answer.location) == (303, where)
    page = sign_in_as("pupil").get(where).page
    (lines,) = [each for each in page.all("ul") if "ox-easy" in each.classes]
    said = [line.text for line in lines.all("li")]
    assert said == [words for _, words in agreements.template(policy_in_force()).easy]
    assert len(lines.all("svg")) == len(said)
    assert "The full words" in page.text
    assert "It goes" not in said
    assert not sign_in_as("parent").get(where).page.all("svg"), "how one of them reads is not how the other does"
    pupil.post("/easy-read", {"easy": "0", "back": where})
    assert not pupil.get(where).page.all("svg")


def test_an_agreement_without_easy_lines_is_shown_in_full_to_everybody(sign_in_as, ask, cast):
    exemption = ask(None, "exceptional-access")
    deciding.approve(cast.head, exemption, exemptions.revision(exemption), "", NEW_TERMS)
    pupil = sign_in_as("pupil")
    pupil.post("/easy-read", {"easy": "1", "back": "/"})
    page = pupil.get(f"/agreements/{newest_agreement(exemption).id}")
    assert "Only the watch." in page.words
    assert actions(page) == {"sign", "withdraw"}


def test_an_agreement_asks_the_database_as_often_with_many_versions(sign_in_as, approved, cast, queries):
    exemption = approved(None, "exceptional-access")
    browsers = [sign_in_as(who) for who in ("pupil", "parent", "office", "teacher")]
    first = newest_agreement(exemption).id
    before = [len(queries(lambda b=browser: b.get(f"/agreements/{first}"))) for browser in browsers]
    for version in range(1, 9):
        agreements.issue_anew(cast.head, exemption, version, NEW_TERMS)
    newest = newest_agreement(exemption).id
    after = [len(queries(lambda b=browser: b.get(f"/agreements/{newest}"))) for browser in browsers]
    assert after == before
