"""Staff tell what a visitor did; the headteacher and the DSL hear of it at once, and nobody else does (clause 6.7)."""

import datetime as dt
from dataclasses import replace

import pytest

from database import IntegrityError, db, writing
from enums import Role
from models import AuditEvent, PolicyVersion, Stay, Visit, Visitor, VisitorConcern, VisitorConcernNote
from rules.audit import trail
from rules.auth.permissions import STAFF
from rules.concerns import visitor_concerns
from rules.concerns.visitor_concerns import Report
from rules.core import clock
from rules.core.errors import Invalid, NotAllowed, NotFound
from tests.conftest import CAST

SECRET = "Zebra-4711"
STAFF_NAMES = [who for who, roles in CAST.items() if not STAFF.isdisjoint(roles)]
READERS = ("head", "dsl")
FILMED = Report(None, " A man with a  red scarf ", "The playground", f"{SECRET}: he filmed.", True, "He put it away.")


@pytest.fixture
def report(cast):
    """A report that the teacher has made; its id."""
    return visitor_concerns.make(cast.teacher, FILMED)


@pytest.fixture
def stay(cast):
    """Make somebody come into the building; the id of their stay."""

    def make(name="Pat Plumber", organisation="Pipes Ltd", left_at=None, day=None):
        today = day or clock.today()
        visitor = Visitor.insert(
            name=name, name_key=name.lower(), organisation=organisation, kind="contractor", made_at=clock.now()
        ).execute()
        visit = Visit.insert(
            visitor=visitor,
            host=cast.office.id,
            purpose="A leak",
            starts_on=today,
            ends_on=today,
            announced_by=cast.office.id,
            announced_at=clock.now(),
        ).execute()
        return Stay.insert(
            visit=visit,
            day=today,
            came_at=clock.at(today, dt.time(8)),
            came_by=cast.office.id,
            accepted_version=PolicyVersion.select().order_by(PolicyVersion.id.desc()).get().id,
            carries=["phone"],
            left_at=left_at,
            left_by=left_at and cast.office.id,
        ).execute()

    return make


def errors(actor, report):
    """What is said of a report that cannot be kept; nothing is kept then."""
    before = AuditEvent.select().count()
    with pytest.raises(Invalid) as caught:
        visitor_concerns.make(actor, report)
    assert (VisitorConcern.select().count(), AuditEvent.select().count()) == (0, before)
    return caught.value.errors


def sentences():
    """The sentences of the trail, the newest first."""
    return [entry.sentence for entry in trail.entries(trail.Filter())[0]]


def waiting(actor):
    """The ids of what this person has to read."""
    return [kept.id for kept in visitor_concerns.unread_for(actor)]


# --- Telling ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", STAFF_NAMES)
def test_any_member_of_staff_tells_what_they_saw_and_sees_it_again(cast, who):
    actor = getattr(cast, who)
    kept = visitor_concerns.find(actor, visitor_concerns.make(actor, FILMED))
    assert (kept.whom, kept.place, kept.challenged) == ("A man with a red scarf", "The playground", True)
    assert (kept.seen, kept.answer) == (FILMED.seen, FILMED.answer)
    assert (kept.reporter, kept.reported_at) == (actor.name, clock.now())
    assert sentences()[0] == f"{actor.name} reported what a visitor did."


@pytest.mark.parametrize("who", [who for who in CAST if who not in STAFF_NAMES])
def test_who_does_not_work_at_the_school_reports_no_visitor(cast, report, who):
    actor = getattr(cast, who)
    for act in (
        lambda: visitor_concerns.make(actor, FILMED),
        lambda: visitor_concerns.find(actor, report),
        lambda: visitor_concerns.seen_by(actor),
        lambda: visitor_concerns.add(actor, report, "More"),
        lambda: visitor_concerns.read(actor, report),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert waiting(actor) == []


def test_somebody_in_the_building_is_chosen_and_keeps_the_name_they_had(cast, stay):
    here = stay()
    kept = visitor_concerns.find(cast.teacher, visitor_concerns.make(cast.teacher, FILMED._replace(stay=here, whom="")))
    assert kept.whom == "Pat Plumber"
    assert VisitorConcern.get_by_id(kept.id).stay_id == here


def test_of_those_in_the_building_alone_the_name_is_told_and_nothing_else(cast, stay):
    yesterday = clock.today() - dt.timedelta(days=1)
    left = stay("Ann Gone", "The council’s family team", left_at=clock.now())
    here, forgotten = stay("Zed Here", ""), stay("Old Forgotten", day=yesterday)
    stay("Long Gone", left_at=clock.at(yesterday, dt.time(9)), day=yesterday)
    found = visitor_concerns.to_choose_from()
    assert list(found.items()) == [(forgotten, "Old Forgotten"), (here, "Zed Here")]
    assert "stay" in errors(cast.teacher, FILMED._replace(stay=left)), "who has left is described in words"


def test_what_is_missing_is_said_at_its_field(cast, stay):
    nothing = Report(None, " ", "", "\n", None)
    assert set(errors(cast.teacher, nothing)) == {"whom", "place", "seen", "challenged"}
    assert set(errors(cast.teacher, nothing._replace(stay=stay()))) == {"place", "seen", "challenged"}
    assert set(errors(cast.teacher, FILMED._replace(stay=4711))) == {"stay"}


@pytest.mark.parametrize(
    ("field", "text"),
    [("whom", "x" * 201), ("place", "x" * 201), ("seen", "x" * 2001), ("answer", "x" * 2001), ("seen", "a\u202eb")],
)
def test_a_text_that_nobody_could_read_is_refused_at_its_field(cast, field, text):
    assert set(errors(cast.teacher, FILMED._replace(**{field: text}))) == {field}


def test_the_same_form_sent_twice_is_one_report_and_another_persons_key_is_not_ones_own(cast):
    first = visitor_concerns.make(cast.teacher, FILMED, "key-1")
    assert visitor_concerns.make(cast.teacher, FILMED, "key-1") == first
    assert visitor_concerns.make(cast.assistant, FILMED, "key-1") != first
    assert visitor_concerns.make(cast.teacher, FILMED, "key-2") != first
    assert VisitorConcern.select().count() == 3
    assert sum("reported what a visitor did" in each for each in sentences()) == 3


def test_nothing_of_what_was_said_is_on_the_trail(cast, report):
    visitor_concerns.add(cast.teacher, report, f"{SECRET} again")
    visitor_concerns.read(cast.head, report)
    assert all(row.payload == {} for row in AuditEvent.select().where(AuditEvent.event.startswith("visitor-report")))
    assert SECRET not in str([row.payload for row in AuditEvent.select()])


# --- Who knows of it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", READERS)
def test_the_headteacher_and_the_dsl_see_it_at_once(cast, report, who):
    actor = getattr(cast, who)
    assert visitor_concerns.find(actor, report).seen == FILMED.seen
    assert [kept.id for kept in visitor_concerns.seen_by(actor)] == waiting(actor) == [report]


@pytest.mark.parametrize("who", [who for who in STAFF_NAMES if who not in {"teacher", *READERS}])
def test_to_other_staff_it_does_not_exist(cast, report, who):
    actor = getattr(cast, who)
    for act in (visitor_concerns.find, lambda *given: visitor_concerns.add(*given, "More")):
        with pytest.raises(NotFound):
            act(actor, report)
    with pytest.raises(NotAllowed):
        visitor_concerns.read(actor, report)
    assert visitor_concerns.seen_by(actor) == waiting(actor) == []


@pytest.mark.parametrize("number", [0, -1, 4711, 2**63])
def test_a_report_that_is_not_there_is_not_found(cast, number):
    with pytest.raises(NotFound):
        visitor_concerns.find(cast.head, number)


def test_the_deputy_dsl_and_a_delegate_do_not_read_them(cast, report):
    assert Role.DEPUTY_DSL in cast.deputy_dsl.roles
    with pytest.raises(NotFound):
        visitor_concerns.find(replace(cast.deputy, delegate_of=cast.head.id), report)


# --- Read and added to --------------------------------------------------------------------------------------


def test_the_reporter_sees_who_read_it_and_when(cast, report):
    assert visitor_concerns.find(cast.teacher, report).reads == []
    visitor_concerns.read(cast.dsl, report)
    (note,) = visitor_concerns.find(cast.teacher, report).reads
    assert (note.by, note.at) == (cast.dsl.name, clock.now())


def test_opening_it_reads_nothing_and_saying_so_twice_is_once(cast, report):
    visitor_concerns.find(cast.head, report)
    assert waiting(cast.head) == [report]
    for _ in range(2):
        visitor_concerns.read(cast.head, report)
    assert VisitorConcernNote.select().count() == 1
    assert sentences()[0] == f"{cast.head.name} read what was reported of a visitor."


def test_once_one_of_them_has_read_it_it_waits_for_nobody_and_the_other_may_still_say_so(cast, report):
    visitor_concerns.read(cast.head, report)
    assert waiting(cast.head) == waiting(cast.dsl) == []
    assert visitor_concerns.find(cast.dsl, report).to_confirm(cast.dsl.id)
    visitor_concerns.read(cast.dsl, report)
    assert [note.by for note in visitor_concerns.find(cast.teacher, report).reads] == [cast.head.name, cast.dsl.name]


def test_what_is_added_afterwards_waits_again_for_who_did_not_write_it(cast, report):
    visitor_concerns.read(cast.head, report)
    visitor_concerns.add(cast.teacher, report, " He came back. ")
    assert waiting(cast.head) == waiting(cast.dsl) == [report]
    visitor_concerns.read(cast.dsl, report)
    assert waiting(cast.head) == waiting(cast.dsl) == []
    visitor_concerns.add(cast.head, report, "I rang his firm.")
    assert (waiting(cast.head), waiting(cast.dsl)) == ([], [report])


def test_who_reports_it_as_headteacher_leaves_it_to_the_dsl_to_read(cast):
    report = visitor_concerns.make(cast.head, FILMED)
    visitor_concerns.read(cast.head, report)
    assert VisitorConcernNote.select().count() == 0
    assert (waiting(cast.head), waiting(cast.dsl)) == ([], [report])


def test_the_reporter_reads_their_own_additions_and_not_those_of_the_headteacher(cast, report):
    visitor_concerns.add(cast.teacher, report, "He came back.")
    visitor_concerns.add(cast.head, report, f"{SECRET}: police.")
    assert [note.text for note in visitor_concerns.find(cast.teacher, report).additions] == ["He came back."]
    assert [note.by for note in visitor_concerns.find(cast.dsl, report).additions] == [
        cast.teacher.name,
        cast.head.name,
    ]


def test_the_same_addition_sent_twice_is_one_and_an_empty_one_is_refused(cast, report):
    for _ in range(2):
        visitor_concerns.add(cast.teacher, report, "He came back.")
    for text in ("  ", "x" * 2001, "a\u202eb"):
        with pytest.raises(Invalid) as caught:
            visitor_concerns.add(cast.teacher, report, text)
        assert set(caught.value.errors) == {"text"}
    assert VisitorConcernNote.select().count() == 1


def test_a_report_is_never_changed_or_taken_back(cast, report):
    for statement in ("UPDATE visitor_concern SET seen = 'Nothing'", "DELETE FROM visitor_concern"):
        with pytest.raises(IntegrityError, match="visitor_concern is never"), writing():
            db.execute_sql(statement)
    assert visitor_concerns.find(cast.head, report).seen == FILMED.seen


def test_an_old_report_that_nobody_read_still_waits_behind_a_later_one_that_was(cast, report):
    later = visitor_concerns.make(cast.teacher, FILMED)
    visitor_concerns.read(cast.dsl, later)
    assert waiting(cast.head) == [report]
