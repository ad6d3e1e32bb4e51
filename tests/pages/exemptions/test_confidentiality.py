"""What was told in confidence reaches its asker and those who decide, and nobody else on any page (invariant 14)."""

import pytest
from peewee import fn

from database import writing
from enums import ParentAccess, Role
from models import AuditEvent, Decision, Guardian, Person
from rules.audit.record import record
from rules.core import clock
from rules.decisions import deciding
from rules.exemption_kinds import KINDS
from rules.exemption_kinds.prerequisites import By
from rules.exemptions import queries
from rules.people import delegation, families
from tests.conftest import ANSWERS, ASKERS, CAST
from tests.pages.conftest import EVERY_KIND, OPEN_KINDS, newest_agreement, secrets_of, told
from tests.support import exemptions
from tests.support.browser import noted_a_look

DEVICE = "a bright green one, number 4711"
# Who asks for which kind. Staff, a parent and the pupil may all ask for exceptional access.
ASKED = [
    *((kind, ASKERS[kind]) for kind in EVERY_KIND),
    ("exceptional-access", "parent"),
    ("exceptional-access", "pupil"),
]
DECIDERS = {kind: {"head"} for kind in EVERY_KIND} | {
    kind: {"head", "deputy", "assistant_head"} for kind in ("teaching-period", "school-device", "educational-activity")
}
DECIDERS["known-family"] = {"head", "dsl"}  # the DSL talks it over first
FAMILY_WHO_SEE = {"pupil", "parent", "carer"}
LISTS = ("/", "/exemptions", "/decisions", "/decisions/changes?seen=", "/today", "/today.csv", "/today/changes?seen=")
LISTS += ("/my-class", "/today?name=invented&zone=staff-room", "/audit")
LISTS += ("/visitors", "/visitors/changes?seen=", "/visitors/mine", "/visitors/log", "/visitors/log.csv")
ONES = ("", "/slip", "/change", "/needs/{need}")


@pytest.fixture
def told_in_confidence(ask, permitted):
    """One request of a kind that waits and one that holds: the addresses at which anybody could look for them."""

    def make(kind, who):
        waiting = ask(who, kind, device=f"{DEVICE}, waiting", audible_alert=False)
        holding = permitted(kind, who, device=f"{DEVICE}, holding")
        return waiting, holding, [*LISTS, *_addresses(kind, waiting), *_addresses(kind, holding)]

    return make


def _addresses(kind, exemption):
    view, declared = queries.find(exemption), KINDS[kind]
    prerequisite = declared.prerequisites[0].id if declared.prerequisites else "risk-assessment"
    found = [f"/exemptions/{exemption}{part}".format(need=prerequisite) for part in ONES]
    found += [f"/exemptions/new/{kind}?again={exemption}", f"/decisions/request/{exemption}"]
    found += [f"/agreements/of/{exemption}", f"/agreements/for/{exemption}", f"/activities/{exemption}"]
    found += [
        f"/chronology/{view.people.subject}",
        f"/chronology/{view.people.asker}",
        f"/people/{view.people.subject}",
    ]
    found += [f"/decisions/{row.id}" for row in Decision.select().where(Decision.exemption == exemption)]
    agreed = newest_agreement(exemption)
    return [*found, f"/agreements/{agreed.id}"] if agreed else found


def notes_of_deciders(kind):
    """What those who decide wrote down of a discussion: not even who asked reads it, but where all share it."""
    prerequisites = () if KINDS[kind].confidential else KINDS[kind].prerequisites
    return [
        text
        for prerequisite in prerequisites
        if prerequisite.by is By.DECIDER
        for text in ANSWERS[kind][prerequisite.id].values()
    ]


@pytest.mark.parametrize(("kind", "asker"), ASKED)
def test_only_the_asker_and_who_decides_reads_why_on_any_page(sign_in_as, told_in_confidence, kind, asker):
    waiting, _, addresses = told_in_confidence(kind, asker)
    readers = DECIDERS[kind] | {asker}
    for who in CAST:
        browser = sign_in_as(who)
        if who in readers:
            seen = [text for text in secrets_of(kind) if who != asker or text not in notes_of_deciders(kind)]
            assert told(browser.get(f"/exemptions/{waiting}"), kind) == seen, who
        for address in addresses if who == asker or who not in readers else ():
            kept = notes_of_deciders(kind) if who == asker else secrets_of(kind)
            assert set(told(browser.get(address), kind)).isdisjoint(kept), (who, address)


@pytest.mark.parametrize(("kind", "asker"), ASKED)
def test_an_exemption_exists_for_its_people_only(sign_in_as, told_in_confidence, kind, asker):
    waiting, holding, _ = told_in_confidence(kind, asker)
    know = DECIDERS[kind] | {asker} | (FAMILY_WHO_SEE if KINDS[kind].for_pupil else set())
    for who in CAST:
        for exemption in (waiting, holding):
            status = sign_in_as(who).get(f"/exemptions/{exemption}").status
            assert status == (200 if who in know else 404), (who, status)


@pytest.mark.parametrize(("kind", "asker"), ASKED)
def test_the_lists_never_tell_why_not_even_to_who_may_know_it(sign_in_as, told_in_confidence, kind, asker):
    told_in_confidence(kind, asker)
    for who in ("office", "head", "dsl", "deputy_dsl", "deputy", "teacher"):
        for address in ("/", "/exemptions", "/today", "/today.csv", "/today/changes?seen=", "/my-class", "/audit"):
            for piece in (False, True):
                assert told(sign_in_as(who).get(address, piece), kind) == [], (who, address)


@pytest.mark.parametrize("kind", OPEN_KINDS)
def test_the_slip_and_the_agreement_never_tell_why_to_anybody(sign_in_as, permitted, kind):
    exemption = permitted(kind)
    view, agreed = queries.find(exemption), newest_agreement(exemption)
    for who in {ASKERS[kind], *(FAMILY_WHO_SEE if KINDS[kind].for_pupil else ())}:
        for piece in (False, True):
            slip = sign_in_as(who).get(f"/exemptions/{exemption}/slip", piece)
            assert slip.status == 200
            assert told(slip, kind) == []
    for who in CAST:
        for address in [f"/chronology/{view.people.subject}", *([f"/agreements/{agreed.id}"] if agreed else [])]:
            assert told(sign_in_as(who).get(address), kind) == [], (who, address)


# --- Families -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["barred_parent", "other_parent", "other_pupil"])
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_separated_parent_and_other_families_see_nothing_anywhere(sign_in_as, told_in_confidence, cast, kind, who):
    waiting, holding, addresses = told_in_confidence(kind, ASKERS[kind])
    browser = sign_in_as(who)
    for address in addresses:
        answer = browser.get(address)
        assert DEVICE not in answer.text, address
        assert f"/chronology/{cast.pupil.id}" not in answer.text, address
        assert str(waiting) not in {link.rpartition("/")[2] for link in answer.page.links.values()}, address
        general = address in LISTS or "/new/" in address
        assert answer.status in ({200, 204, 403, 404} if general else {403, 404}), (address, answer.status)
    for exemption in (waiting, holding):
        assert browser.get(f"/exemptions/{exemption}").status == 404
        assert browser.get(f"/agreements/of/{exemption}").status == 404
        assert browser.post(f"/exemptions/{exemption}/withdraw").status == 404
    assert browser.get(f"/chronology/{cast.pupil.id}").status == 404


def link_of(parent):
    """The link of a parent to their child, by id."""
    return Guardian.get(Guardian.parent == parent.id, Guardian.ended_at.is_null()).id


@pytest.mark.parametrize("how", ["ended", "told nothing"])
@pytest.mark.parametrize("kind", ["exceptional-access", "parent-contact"])
def test_a_parent_whose_link_went_a_minute_ago_sees_nothing_even_of_what_they_asked(
    sign_in_as, told_in_confidence, cast, kind, how
):
    waiting, holding, addresses = told_in_confidence(kind, "parent")
    parent = sign_in_as("parent")
    assert DEVICE in parent.get("/").text
    if how == "ended":
        families.end(cast.office, cast.pupil.id, link_of(cast.parent))
    else:
        families.change_access(cast.office, cast.pupil.id, link_of(cast.parent), ParentAccess.NOTHING)
    for address in addresses:
        answer = parent.get(address)
        assert DEVICE not in answer.text, address
        assert told(answer, kind) == [], address
    agreed = newest_agreement(holding).id
    for address in (f"/exemptions/{waiting}/withdraw", f"/agreements/{agreed}/sign", f"/agreements/{agreed}/withdraw"):
        assert parent.post(address).status == 404, address


def test_the_pupils_of_a_lesson_and_their_parents_see_that_it_is_and_not_the_assessment(sign_in_as, permitted):
    permitted("educational-activity", device=DEVICE)
    for who in ("pupil", "parent", "carer"):
        answer = sign_in_as(who).get("/")
        assert DEVICE in answer.text, who
        assert told(answer, "educational-activity") == []
    for who in ("other_pupil", "other_parent", "barred_parent"):
        assert DEVICE not in sign_in_as(who).get("/").text, who


def test_the_families_of_a_lesson_are_not_told_whose_other_children_take_part(sign_in_as, a_person, permitted, cast):
    elsewhere, _ = a_person("bram", Role.PUPIL), a_person("cleo", Role.PUPIL)
    permitted("educational-activity", pupils=(cast.pupil.id, elsewhere.id))
    assert "with Kestrel class and Bram Extra" in sign_in_as("teacher").get("/exemptions").words
    for who in ("pupil", "parent", "carer"):
        for address in ("/", "/exemptions"):
            words = sign_in_as(who).get(address).words
            assert "led by Teacher Invented" in words, who
            assert "Bram" not in words, who


def test_a_parent_with_the_name_of_their_child_is_not_taken_for_the_child(sign_in_as, permitted, cast):
    permitted("exceptional-access")
    Person.update(name=cast.pupil.name).where(Person.id == cast.parent.id).execute()
    words = sign_in_as("parent").get("/exemptions").words
    assert f"Exceptional access for {cast.pupil.name}," in words
    assert "Show my permission slip" not in words


# --- What is confidential -----------------------------------------------------------------------------------


def looks():
    """Who has looked at what is confidential, in order."""
    return [row.actor.username for row in AuditEvent.select().where(AuditEvent.event == "confidential-read")]


@pytest.mark.parametrize("who", ["head", "dsl"])
def test_each_look_of_the_dsl_and_the_headteacher_is_on_the_trail_once(sign_in_as, permitted, ask, who):
    waiting, decided = ask(None, "known-family"), permitted("known-family", device="another")
    receipt = Decision.get(Decision.exemption == decided).id
    own_part = "discussion-head" if who == "head" else "discussion-dsl"
    addresses = [f"/exemptions/{waiting}", f"/exemptions/{decided}", f"/decisions/{receipt}"]
    addresses += [f"/exemptions/{waiting}/needs/{own_part}"]
    addresses += [f"/decisions/request/{waiting}"] if who == "head" else []
    browser = sign_in_as(who)
    for number, address in enumerate(addresses, start=1):
        assert browser.get(address).status == 200
        assert looks() == [who] * number, address


def test_its_asker_looks_at_it_without_a_note(sign_in_as, permitted):
    exemption = permitted("known-family")
    teacher = sign_in_as("teacher")
    receipt = Decision.get(Decision.exemption == exemption).id
    for address in (f"/exemptions/{exemption}", f"/decisions/{receipt}", f"/exemptions/{exemption}/change"):
        assert teacher.get(address).status == 200
    assert looks() == []


def test_the_queue_shows_that_it_waits_and_nothing_of_it_and_notes_no_look(sign_in_as, ask):
    exemption = ask(None, "known-family", device=DEVICE)
    for piece in (False, True):
        answer = sign_in_as("head").get("/decisions/changes?seen=" if piece else "/decisions", piece)
        assert told(answer, "known-family") == []
        assert DEVICE not in answer.text
    row = sign_in_as("head").get("/decisions").page.by_id(f"request-{exemption}")
    assert [link["href"] for link in row.all("a")] == [f"/decisions/request/{exemption}"]
    assert row.all("form") == []
    assert looks() == []


@pytest.mark.parametrize("action", ["approve", "decline", "return"])
@pytest.mark.parametrize("piece", [False, True])
def test_a_verdict_with_a_mistake_shows_it_again_and_that_is_a_look(sign_in_as, ask, action, piece):
    exemption = ask(None, "known-family")
    answer = sign_in_as("head").post(
        f"/decisions/{exemption}/{action}", {"revision": str(exemptions.revision(exemption)), "text": ""}, piece
    )
    assert answer.status == 422
    assert bool(told(answer, "known-family")) is (looks() == ["head"])


@pytest.mark.parametrize("part", ["discussion-dsl", "discussion-head"])
def test_who_has_another_part_is_refused_and_has_not_looked(sign_in_as, ask, part):
    exemption = ask(None, "known-family", done=False)
    who = "head" if part == "discussion-dsl" else "dsl"
    assert sign_in_as(who).get(f"/exemptions/{exemption}/needs/{part}").status == 403
    assert sign_in_as(who).get(f"/exemptions/{exemption}/needs/pin-set").status == 404
    assert looks() == []


def test_a_list_holds_nothing_of_it_for_anybody(sign_in_as, told_in_confidence, cast):
    told_in_confidence("known-family", "teacher")
    for who in ("office", "head", "dsl", "deputy_dsl", "deputy", "teacher"):
        for address in ("/today", "/today.csv", "/today?date=2026-11-24", "/today/changes?seen=", "/my-class"):
            answer = sign_in_as(who).get(address)
            assert DEVICE not in answer.text
            assert "pre-existing" not in answer.text.lower()
    for who in ("deputy", "assistant_head", "deputy_dsl"):
        answer = sign_in_as(who).get(f"/chronology/{cast.teacher.id}")
        assert answer.status == 200
        assert "pre-existing" not in answer.text
    assert "pre-existing relationship" in sign_in_as("dsl").get(f"/chronology/{cast.teacher.id}").text


def test_the_deputy_dsl_takes_the_dsls_part_when_the_dsl_asks(sign_in_as, ask):
    exemption = ask("dsl", "known-family", done=False)
    assert sign_in_as("deputy_dsl").get(f"/exemptions/{exemption}").status == 200
    assert looks() == ["deputy-dsl"]
    assert sign_in_as("deputy_dsl").get(f"/exemptions/{exemption}/needs/discussion-dsl").status == 200
    assert sign_in_as("dsl").get(f"/exemptions/{exemption}/needs/discussion-dsl").status == 403


def test_the_headteachers_own_is_read_by_the_director_and_that_is_noted(sign_in_as, ask):
    exemption = ask("head", "known-family", done=False)
    assert sign_in_as("director").get(f"/exemptions/{exemption}").status == 200
    assert looks() == ["director"]


def test_nobody_stands_in_for_the_headteacher_where_it_is_confidential(sign_in_as, ask, cast):

    exemption = ask(None, "known-family")
    delegation.give(cast.head, cast.deputy.id, clock.today(), clock.today())
    deputy = sign_in_as("deputy")
    assert f"request-{exemption}" not in deputy.get("/decisions").page.ids
    for address in (f"/exemptions/{exemption}", f"/decisions/request/{exemption}"):
        assert deputy.get(address).status == 404
    assert deputy.post(f"/decisions/{exemption}/approve", {"revision": "3", "text": "x"}).status == 404


def test_the_page_gate_lets_only_such_a_look_pass(school, ask, cast):
    """The gate itself: any other event, or more than one, is a GET that wrote something."""
    newest = AuditEvent.select(fn.MAX(AuditEvent.id))
    with writing():
        record("signed-in", actor=cast.head.id)
    assert not noted_a_look([newest.scalar()], 1)
    ordinary, secret = ask(), ask(None, "known-family")
    for exemption, actor, fits in (
        (ordinary, cast.head, False),
        (secret, cast.teacher, False),
        (secret, cast.head, True),
    ):
        with writing():
            told_of = {"about": f"exemption:{exemption}", "kind": "x"}
            record("confidential-read", actor=actor.id, person=cast.teacher.id, **told_of)
        assert noted_a_look([newest.scalar()], 1) is fits
        assert not noted_a_look([newest.scalar()], 2)
        assert not noted_a_look([newest.scalar() - 1, newest.scalar()], 1)


# --- The words of a verdict ---------------------------------------------------------------------------------


@pytest.mark.parametrize("asker", ["teacher", "parent", "pupil"])
@pytest.mark.parametrize("verdict", ["decline", "return_to_asker", "revoke"])
def test_why_it_was_declined_returned_or_revoked_is_told_to_the_asker_alone(
    sign_in_as, ask, approved, cast, asker, verdict
):
    exemption = (approved if verdict == "revoke" else ask)(asker, "exceptional-access")
    getattr(deciding, verdict)(cast.head, exemption, exemptions.revision(exemption), "Because-4712 of the illness.")
    pages = ["/", "/exemptions", f"/exemptions/{exemption}", f"/exemptions/{exemption}/slip", "/today", "/my-class"]
    pages += [f"/chronology/{cast.pupil.id}", "/today.csv"]
    for who in ("teacher", "parent", "pupil", "carer", "office", "assistant", "barred_parent", "dsl"):
        found = [page for page in pages if "Because-4712" in sign_in_as(who).get(page).text]
        assert bool(found) is (who == asker), (who, found)


def test_the_office_reads_the_agreement_and_never_what_led_to_it(sign_in_as, ask, cast):
    exemption = ask("parent", "exceptional-access")
    office = sign_in_as("office")
    assert office.get(f"/agreements/of/{exemption}").status == 404, "there is none before the approval"
    exemptions.approve(cast.head, exemption)
    answer = office.get(f"/agreements/{newest_agreement(exemption).id}")
    assert answer.status == 200
    assert told(answer, "exceptional-access") == []
    assert f"/exemptions/{exemption}" not in answer.page.links.values()
    for address in (f"/exemptions/{exemption}", f"/exemptions/{exemption}/slip", f"/exemptions/{exemption}/change"):
        assert office.get(address).status == 404


def test_who_works_in_the_office_and_is_a_parent_records_nothing_for_their_own_family(sign_in_as, agreement, cast):
    link = {"child": cast.pupil.id, "parent": cast.office.id, "relation": "aunt", "access": "signs"}
    Guardian.insert(**link, given_at=clock.now()).execute()
    where, office = f"/agreements/{agreement()}", sign_in_as("office")
    page = office.get(where)
    assert "Record a signature on paper" not in page.words
    assert page.page.by_id("reference") is None
    for signer in (cast.office, cast.pupil, cast.parent):
        paper = {"person": str(signer.id), "signed_on": "2026-11-23", "witnessed_by": "Me", "kept_at": "Here"}
        answer = office.post(f"{where}/paper", paper)
        assert answer.status == 403
        assert "You cannot record this for yourself or your own child." in answer.words
    assert office.post(f"{where}/exam-permission", {"reference": "AQA/4711"}).status == 403
