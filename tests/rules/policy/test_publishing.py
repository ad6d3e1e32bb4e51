"""Publishing the next version: what it changes for whom, once, whoever clicks, and nothing written for each person."""

import datetime as dt

import pytest

from database import db, writing
from enums import Role
from models import Person, PolicyDraft, PolicyVersion, RoleGrant
from rules.core import changes as core_changes
from rules.core import clock
from rules.core.errors import Changed, Conflict, Invalid, NotAllowed, NotFound
from rules.policy import draft as policy_draft
from rules.policy import in_force, publishing, versions
from tests.support.exemptions import events
from tests.support.policy import DATES, SHIPPED, entry, new_version, publish, reword, seen


@pytest.fixture
def draft(cast):
    """A draft in which one line has other words."""
    policy_draft.begin(cast.head)
    reword(cast.head, "Look at it each week.")


def from_day(actor, day):
    """The draft is to be in force from a day."""
    dates = {**entry("front", DATES), "in_force_from": day}
    policy_draft.save(actor, DATES, "front", seen("front", DATES), dates)


def test_what_is_published_is_in_force_at_once_and_the_old_version_stays_as_it_was(cast, draft):
    old, count = in_force.policy_in_force(), core_changes.touched()
    content = versions.content_of(old.version)
    version = publish(cast.head, "  We look   at it each week. ")
    assert in_force.policy_in_force().version == version
    assert "Look at it each week." in [duty.says for duty in in_force.obligation_lines(version, frozenset({"dsl"}))]
    versions.content_of.cache_clear()
    assert versions.content_of(old.version) == content
    told = versions.edition(version)
    assert (told.by, told.made_at, told.note) == (cast.head.name, clock.now(), "We look at it each week.")
    assert events()[-1] == "policy-published"
    assert core_changes.touched() > count


def test_its_digest_is_that_of_its_file(cast, draft, tmp_path):
    version = publish(cast.head)
    file = tmp_path / "policy.yaml"
    file.write_text(versions.as_file(version), encoding="utf-8")
    assert versions.load_policy(file) == (version, False)


def test_the_dsl_writes_it_and_only_the_headteacher_publishes_it(cast, draft):
    for name in ("dsl", "deputy", "office", "director"):
        with pytest.raises(NotAllowed):
            publish(getattr(cast, name))


def test_published_twice_it_is_one_version_and_the_second_is_told_who_was_first(cast, draft):
    revision, since = policy_draft.find().revision, versions.newest()
    publishing.publish(cast.head, revision, since)
    count = PolicyVersion.select().count()
    with pytest.raises(Changed, match=f"Version {since + 1} was published by {cast.head.name} at 10am on Monday"):
        publishing.publish(cast.head, revision, since)
    assert PolicyVersion.select().count() == count
    assert events().count("policy-published") == 1


def test_what_was_changed_after_the_headteacher_looked_is_not_published_unread(cast, draft):
    revision, since = policy_draft.find().revision, versions.newest()
    reword(cast.dsl, "Look at it daily.")
    with pytest.raises(Changed, match=cast.dsl.name):
        publishing.publish(cast.head, revision, since)
    assert versions.newest() == since


def test_a_version_loaded_from_files_meanwhile_is_not_overwritten_unseen(cast, draft, tmp_path):
    revision, since = policy_draft.find().revision, versions.newest()
    file = tmp_path / "policy.yaml"
    file.write_text(versions.as_file(since).replace("Staff room", "Room of the staff"), encoding="utf-8")
    versions.load_policy(file)
    with pytest.raises(Changed, match="was loaded from files at 10am"):
        publishing.publish(cast.head, revision, since)
    titles = [change.title for change in publishing.changes_of(policy_draft.find())]
    assert "Staff room" in titles  # the page says that this would be taken back


def test_a_draft_that_says_nothing_new_is_not_published(cast):
    policy_draft.begin(cast.head)
    with pytest.raises(Invalid, match="nothing to publish"):
        publish(cast.head)


def test_without_a_draft_there_is_nothing_to_publish(cast):
    with pytest.raises(NotFound):
        publishing.publish(cast.head, 1, versions.newest())


@pytest.mark.parametrize("note", ["x" * 301, "a\u202eb"])
def test_a_note_that_cannot_be_kept_is_refused(cast, draft, note):
    with pytest.raises(Invalid):
        publish(cast.head, note)
    assert policy_draft.find()


def test_whatever_fails_while_it_is_published_leaves_the_draft_as_it_was(cast, draft, monkeypatch):
    before, count = policy_draft.find(), PolicyVersion.select().count()
    monkeypatch.setattr(publishing, "record", lambda *given, **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publish(cast.head)
    assert (policy_draft.find(), PolicyVersion.select().count()) == (before, count)


# --- From a later day ---------------------------------------------------------------------------------------


def test_a_version_waits_for_its_day(cast, draft):
    old = in_force.policy_in_force().version
    from_day(cast.head, "2027-01-04")
    version = publish(cast.head)
    assert in_force.policy_in_force().version == old
    assert versions.edition(version).waits
    with clock.frozen(dt.datetime(2027, 1, 3, 23, 59, tzinfo=dt.UTC)):
        assert in_force.policy_in_force().version == old
    with clock.frozen(dt.datetime(2027, 1, 4, 0, 0, tzinfo=dt.UTC)):
        assert in_force.policy_in_force().version == version
        assert not versions.edition(version).waits


def test_what_is_published_while_another_version_waits_takes_its_place(cast, draft):
    from_day(cast.head, "2027-01-04")
    waiting = publish(cast.head)
    second = new_version(cast.head, "Look at it daily.")
    assert in_force.policy_in_force().version == second
    with clock.frozen(dt.datetime(2027, 1, 4, 9, 0, tzinfo=dt.UTC)):
        assert in_force.policy_in_force().version == second > waiting


def test_a_day_that_has_passed_is_at_once(cast, draft):
    from_day(cast.head, "2026-09-01")
    version = publish(cast.head)
    assert in_force.policy_in_force().version == version
    assert versions.edition(version).from_day == dt.date(2026, 9, 1)


def test_the_day_of_the_version_before_is_no_difference(cast, draft):
    from_day(cast.head, "2026-09-01")
    publish(cast.head)
    policy_draft.begin(cast.head)
    assert publishing.changes_of(policy_draft.find()) == ()


# --- For whom -----------------------------------------------------------------------------------------------


def test_it_says_for_how_many_people_something_changes_and_how_many_are_asked(cast, draft):
    told = publishing.outlook(policy_draft.find())
    people = {row.person_id for row in RoleGrant.select()}
    watchers = {row.person_id for row in RoleGrant.select() if row.role in {"headteacher", "dsl", "regional-director"}}
    assert (told.asked, told.concerned) == (len(people), len(watchers))
    by_role = {role: (people, changes) for role, people, changes in told.by_role}
    assert by_role[Role.DSL] == (1, 1)
    assert by_role[Role.PUPIL] == (2, 0)
    assert by_role.keys() == set(Role)


def test_who_has_left_is_not_counted(cast, draft):
    before = publishing.outlook(policy_draft.find())
    with writing():
        Person.update(active=False).where(Person.id == cast.dsl.id).execute()
        RoleGrant.update(ends_on=clock.today() - dt.timedelta(days=1)).where(RoleGrant.person == cast.head.id).execute()
    after = publishing.outlook(policy_draft.find())
    assert (after.asked, after.concerned) == (before.asked - 2, before.concerned - 2)


def test_publishing_writes_the_same_rows_however_many_people_there_are(cast, draft):
    def written():
        before = db.connection().total_changes()
        publish(cast.head)
        return db.connection().total_changes() - before

    first = written()
    with writing():
        people = [{"username": f"many{number}", "name": "Many", "made_at": clock.now()} for number in range(500)]
        Person.insert_many(people).execute()
        ids = [row.id for row in Person.select(Person.id).where(Person.username.startswith("many"))]
        grants = {"role": "staff-direct", "starts_on": clock.today(), "given_at": clock.now()}
        RoleGrant.insert_many([{"person": person, **grants} for person in ids]).execute()
    policy_draft.begin(cast.head)
    reword(cast.head, "Look at it each month.")
    assert written() == first
    policy_draft.begin(cast.head)
    assert publishing.outlook(policy_draft.find()).asked > 500


# --- Files beside the page ----------------------------------------------------------------------------------


def test_files_do_not_take_back_what_was_published_on_the_page(cast, draft):
    first = versions.newest()
    version = publish(cast.head)
    with pytest.raises(Conflict, match=f"Version {version} was published on the page by"):
        versions.load_policy(SHIPPED)
    assert versions.newest() == version
    again, new = versions.load_policy(SHIPPED, replace=True)
    assert (again, new) == (version + 1, True)
    assert versions.content_of(again) == versions.content_of(first)


def test_the_history_tells_of_every_version_the_newest_first(cast, draft):
    first = versions.newest()
    second = publish(cast.head, "Each week.")
    told = [(one.version, one.by, one.in_force, one.note) for one in versions.history()]
    assert told[0] == (second, cast.head.name, True, "Each week.")
    assert told[1] == (first, "", False, "")
    with pytest.raises(NotFound):
        versions.edition(second + 1)
    with pytest.raises(NotFound):
        versions.content_of(second + 1)


def test_a_version_of_an_older_program_is_completed_from_what_is_shipped(cast):
    """There were no texts on complaints and whistleblowing then, and nothing for visitors."""
    version, content = versions.newest(), versions.content_of(versions.newest())
    with writing():
        PolicyVersion.update(procedures=[], visitors={}).where(PolicyVersion.id == version).execute()
    versions.content_of.cache_clear()
    assert versions.content_of(version) == content
    policy_draft.begin(cast.head)
    reword(cast.head, "Look at it daily.")
    publish(cast.head)
    versions.content_of.cache_clear()
    assert PolicyDraft.select().count() == 1


# --- From the command line ----------------------------------------------------------------------------------


def command(app, *words):
    """What `flask policy load …` says, and how it ends."""
    ran = app.test_cli_runner().invoke(args=["policy", "load", *map(str, words)])
    return ran.output, ran.exit_code


def test_the_technician_is_told_what_was_loaded(app, cast, tmp_path):
    file = tmp_path / "policy.yaml"
    text = versions.as_file(1)
    assert command(app) == ("Version 1 says the same already.\n", 0)
    file.write_text(text.replace("Staff room", "Room of the staff"), encoding="utf-8")
    assert command(app, file) == ("Version 2 is now in force.\n", 0)
    file.write_text(text.replace("in_force_from: null", "in_force_from: '2027-01-04'"), encoding="utf-8")
    assert command(app, file) == ("Version 3 is loaded. It will be in force from the day it names.\n", 0)


def test_the_technician_is_told_all_faults_with_their_lines(app, cast, tmp_path):
    file = tmp_path / "policy.yaml"
    text = versions.as_file(1).replace("- '0.2'", "- '9.9'").replace("- governor", "- king", 1)
    file.write_text(text, encoding="utf-8")
    said, code = command(app, file)
    assert code == 1
    assert said.count("policy.yaml, line ") == 2
    assert "no clause “9.9”" in said
    assert "no role “king”" in said


def test_the_technician_does_not_take_back_what_was_published_without_meaning_it(app, cast, draft):
    version = publish(cast.head)
    said, code = command(app)
    assert code == 1
    assert f"Version {version} was published on the page by {cast.head.name}" in said
    assert "add --replace" in said
    assert command(app, "--replace") == (f"Version {version + 1} is now in force.\n", 0)
