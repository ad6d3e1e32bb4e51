"""The database file: its schema, its guards, and what happens when it cannot be used."""

import contextlib
import importlib
import re
import sqlite3
import stat

import pytest

import database
import migrations
import models
import schema
from database import IntegrityError, SchemaTooNew, SqliteTooOld, db, open_database, writing
from models import (
    TABLES,
    AcknowledgedText,
    Acknowledgement,
    Agreement,
    AuditEvent,
    Decision,
    Exemption,
    Locker,
    NeedMet,
    Person,
    RoleGrant,
    Signature,
    SignCheck,
    VisitorAcknowledgement,
    VisitorConcern,
    VisitorConcernNote,
)
from rules.concerns import visitor_concerns
from rules.core import clock
from rules.policy.in_force import policy_in_force
from rules.reception import tablets
from rules.visitors import register, regulars, signs, watchlist
from settings import ROOT
from tests.conftest import ACCESS, VISITOR_ACCESS, visit_of_nurse
from tests.support.devices import a_device
from tests.support.exemptions import ask, permitted

DECLARED = """
from models import TABLES
from database import db, open_database
from schema import WRITTEN_ONCE_TRIGGERS
import sys
open_database(sys.argv[1])
db.create_tables(TABLES)
for statement in WRITTEN_ONCE_TRIGGERS:
    db.execute_sql(statement)
for row in db.execute_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"):
    say(*(" ".join(part.split()) for part in row))
"""
MIGRATED = """
from database import db
for row in db.execute_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"):
    say(*(" ".join(part.split()) for part in row))
"""


def in_any_order(line):
    """The columns and checks of a table: a column that comes with a later step stands behind the others."""
    return sorted(line.removesuffix(")").split(", ")) if line.startswith("table ") else line


def test_the_migrations_build_exactly_the_schema_that_the_models_declare(own_school, tmp_path):
    declared = own_school.run(DECLARED, str(tmp_path / "declared.sqlite3"))
    migrated = [line for line in own_school.run(MIGRATED) if "schema_migration" not in line]
    assert list(map(in_any_order, migrated)) == list(map(in_any_order, declared))
    tables = [line for line in declared if line.startswith("table")]
    assert len(tables) == len(TABLES)
    assert sum(line.startswith("trigger") for line in declared) == 33


OLD_ROWS = (
    "CREATE TABLE schema_migration (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied TEXT NOT NULL)",
    "INSERT INTO schema_migration (name, applied) VALUES ('0001_first_schema', '2026-10-01T08:00:00.000000Z')",
    "INSERT INTO person (username, name, team, active, made_at) VALUES ('old', 'Old Invented', 'Owls', 1,"
    " '2026-10-01T08:00:00.000000Z')",
    "INSERT INTO role_grant (person_id, role, starts_on, given_at) VALUES (1, 'staff-direct', '2026-10-01',"
    " '2026-10-01T08:00:00.000000Z')",
    "INSERT INTO exemption (kind, state, revision, asker_id, device_kind, device, device_key, purpose, reason, zones,"
    " starts_on, ends_on, starts_at, ends_at, conditions, approved_by, asked_at, decided_at) VALUES ('teaching-period',"
    " 'approved', 1, 1, 'phone', 'A phone', 'phone:a phone', 'family-emergency', 'A ward may ring.',"
    " '[\"staff-room\"]', '2026-11-23', '2026-11-24', '09:00', '15:00', '', 'Head', '2026-11-20T08:00:00.000000Z',"
    " '2026-11-20T09:00:00.000000Z')",
    "INSERT INTO need_met (exemption_id, need, answers, met_by_id, met_at) VALUES (1, 'pin-set', '{}', 1,"
    " '2026-11-20T08:30:00.000000Z')",
    "INSERT INTO decision (exemption_id, verdict, decided_by_id, decided_at, text, frozen, frozen_digest)"
    " VALUES (1, 'approved', 1, '2026-11-20T09:00:00.000000Z', '', '{}', 'x')",
    "PRAGMA user_version = 1",
)
KEPT = """
from database import db
from rules.core import clock
from rules.exemptions import queries
from rules.today import day_list
view = queries.find(1)
say(view.name, view.people.subject == view.people.asker, view.request.weekdays, view.status, view.request.reason)
say([line.name for line in day_list.list_of(clock.today()).group(day_list.NOW)])
(kept,) = db.execute_sql("SELECT count(*) FROM need_met").fetchone()
say(kept, db.execute_sql("PRAGMA foreign_key_check").fetchall())
"""


def test_the_database_of_the_first_step_is_brought_up_to_date_with_all_that_is_in_it(own_school):
    first = importlib.import_module("migrations.0001_first_schema")
    with contextlib.closing(sqlite3.connect(own_school.database)) as old:
        for statement in (*first.STATEMENTS, *OLD_ROWS):
            old.execute(statement)
        old.commit()
    assert own_school.run(KEPT) == [
        "Old Invented True 127 in force A ward may ring.",
        "['Old Invented']",
        "1 []",
    ]


FROM_STEP_FIVE = """
import shutil
from pathlib import Path
import schema
from database import db, open_database
db.close()
every, five = schema.MIGRATIONS, Path(sys.argv[1])
later = [path.name for path in every.glob("[0-9]*.py") if path.name >= "0006"]
shutil.copytree(every, five, ignore=shutil.ignore_patterns("__pycache__", *later))
schema.MIGRATIONS = five
open_database(sys.argv[2])
schema.bring_up_to_date()
db.execute_sql("INSERT INTO person (username, name, team, year_group, easy_read, active, made_at)"
    " VALUES ('old', 'Old', 'Owls', '', 0, 1, '2026-10-01T08:00:00.000000Z')")
for day, undone in ((19, None), (20, 1), (20, None)):
    at = f"2026-11-{day}T08:30:00.000000Z"
    db.execute_sql("INSERT INTO hand_in (person_id, area, day, brought, by_id, at, returned_to, undone_by_id,"
        " undone_at) VALUES (1, 'pupils', ?, 'device', 1, ?, '', ?, ?)", (f"2026-11-{day}", at, undone, undone and at))
db.execute_sql("UPDATE hand_in SET returned_by_id = 1, returned_at = '2026-11-19T15:30:00.000000Z' WHERE id = 1")
before = db.execute_sql("SELECT * FROM hand_in").fetchall()
say(schema.current(), len(before))
schema.MIGRATIONS = every
schema.bring_up_to_date()
say(schema.current() == schema.newest(), db.execute_sql("SELECT * FROM hand_in").fetchall() == before)
for name, in db.execute_sql("SELECT name FROM sqlite_master WHERE tbl_name = 'hand_in' AND type = 'index' ORDER BY 1"):
    say(name)
"""


def test_the_database_of_the_fifth_step_keeps_what_was_handed_in(own_school, tmp_path):
    five, six, *indexes = own_school.run(FROM_STEP_FIVE, str(tmp_path / "steps"), str(tmp_path / "old.sqlite3"))
    assert (five, six) == ("5 3", "True True")
    assert indexes == ["hand_in_day_area_person_id", "hand_in_held", "hand_in_of", "hand_in_returned"]


FROM_STEP_SIX = """
import json
import shutil
from pathlib import Path
import schema
from database import db, open_database
from fields import canonical_json
from models import Role
from rules.acknowledgements import acknowledging
from rules.audit import trail
from rules.decisions import deciding
from rules.people import people
from rules.policy import versions
from rules.policy.pack import read_content
from rules.reception import announcing, stays
from tests.support.visitors import a_visit
office = actor_of_person(people.add_from_the_start(people.PersonDetails("office", "Office Invented"), (Role.OFFICE,)))
for name, organisation in (("Seán Ó Súilleabháin", "O'Brien & Co. Ltd"), ("Null", "")):
    visit = a_visit(school["teacher"], name=name, organisation=organisation, purpose="To mend it")
    stays.sign_in(office, announcing.announce(office, visit)[0], True, ())
deciding.approve(school["head"], ask(school["teacher"], "A phone"), 1)
acknowledging.acknowledge(school["teacher"], school["teacher"].id, 1, ["obligations.staff-direct", "complaints"])
digest = versions.edition(1).digest

def every():
    tables = {name for name, in db.execute_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in sorted(tables - {"schema_migration"}):
        rows = db.execute_sql(f"SELECT * FROM {table}")
        columns = [column[0] for column in db.execute_sql(f"SELECT name FROM pragma_table_info('{table}')")]
        yield table, [dict(zip(columns, row)) for row in rows]

def without(row, *columns):
    return {name: value for name, value in row.items() if name not in columns}

now = dict(every())
db.close()
all_steps, six = schema.MIGRATIONS, Path(sys.argv[1])
later = [path.name for path in all_steps.glob("[0-9]*.py") if path.name >= "0007"]
shutil.copytree(all_steps, six, ignore=shutil.ignore_patterns("__pycache__", *later))
schema.MIGRATIONS = six
open_database(sys.argv[2])
schema.bring_up_to_date()
db.execute_sql("PRAGMA foreign_keys = OFF")
for table, rows in now.items():
    old = {column[0] for column in db.execute_sql(f"SELECT name FROM pragma_table_info('{table}')")}
    for row in rows:
        names = [name for name in row if name in old]
        holes = ", ".join("?" * len(names))
        values = [row[name] for name in names]
        quoted = ", ".join(f'"{name}"' for name in names)
        db.execute_sql(f"INSERT INTO {table} ({quoted}) VALUES ({holes})", values)
for version in now["policy_version"]:
    for position, one in enumerate(json.loads(version["obligations"])):
        columns = (version["id"], position, one["id"], canonical_json(one["clauses"]), one["when"], one["before"])
        easy = one["easy"] and canonical_json(one["easy"])
        row = db.execute_sql(
            'INSERT INTO obligation (version_id, position, "key", clauses, "when", before, form, says, easy)'
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id", (*columns, one["form"], one["says"], easy)
        ).fetchone()[0]
        for role in one["roles"]:
            db.execute_sql("INSERT INTO obligation_role (obligation_id, role) VALUES (?, ?)", (row, role))
db.execute_sql("PRAGMA foreign_keys = ON")
before = dict(every())
say(schema.current(), len(before["stay"]), before["stay"][0].keys() == without(now["stay"][0], "search_text").keys())
schema.MIGRATIONS = all_steps
schema.bring_up_to_date()
after = dict(every())
say(schema.current() == schema.newest(), after == now, db.execute_sql("PRAGMA foreign_key_check").fetchall())
say(*sorted(table for table in before if table not in after and not table.startswith("visit_search_")))
say([row["search_text"] for row in after["stay"]])
say(trail.verify()[1], len(after["acknowledgement"]))
versions.content_of.cache_clear()
say(read_content(versions.content_of(1)).digest == digest)
"""


def test_the_database_of_the_sixth_step_keeps_all_that_is_in_it(own_school, tmp_path):
    """Its rows are those of the database made anew, and its trail is whole."""
    six, newest, gone, found_by, trail, same_digest = own_school.run(
        FROM_STEP_SIX, str(tmp_path / "steps"), str(tmp_path / "old.sqlite3")
    )
    assert six == "6 2 True"
    assert newest == "True True []"
    assert gone == "obligation obligation_role visit_search visit_word"
    assert found_by == str([" sean o suilleabhain to mend it / obrien co ltd #3 ", " null to mend it / #3 "])
    assert trail == "[] 2"
    assert same_digest == "True"


def test_a_school_that_is_opened_again_has_nothing_left_to_migrate(own_school):
    before = own_school.run(MIGRATED)
    assert own_school.run("import schema\nsay(schema.current(), schema.newest())") == [
        f"{schema.newest()} {schema.newest()}"
    ]
    assert own_school.run(MIGRATED) == before


def test_a_start_that_was_interrupted_between_the_schema_and_its_number_is_made_good(own_school):
    own_school.run("from database import db\ndb.execute_sql('PRAGMA user_version = 0')")
    assert own_school.run("import schema\nsay(schema.current())") == [str(schema.newest())]


def test_the_database_of_a_newer_program_is_refused_in_clear_words(school, monkeypatch):
    monkeypatch.setattr(schema, "current", lambda: 99)
    with pytest.raises(SchemaTooNew, match=r"step 99, this program knows steps up to \d+\. Start the newer program"):
        schema.bring_up_to_date()


def test_migrations_are_numbered_without_a_gap():
    numbers = sorted(path.name[:4] for path in schema.MIGRATIONS.glob("[0-9]*.py"))
    assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))
    assert migrations.__doc__


def test_an_sqlite_that_can_lose_what_was_written_is_refused_before_anything_is_touched(school, monkeypatch, tmp_path):
    monkeypatch.setattr(database, "OLDEST_SAFE_SQLITE", (99, 0, 0))
    with pytest.raises(SqliteTooOld, match="can lose writes"):
        open_database(tmp_path / "folder" / "school.sqlite3")
    assert list(tmp_path.iterdir()) == []
    assert Person.select().count() > 0


def test_the_database_is_readable_by_its_owner_only(own_school):
    own_school.run("ask(school['teacher'], 'A phone')")
    for path in own_school.folder.iterdir():
        if path.name.startswith("school.sqlite3") or path == own_school.anchor:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1)],
)
def test_what_was_acknowledged_is_on_disk_and_rows_hold_together(school, pragma, value):
    assert db.execute_sql(f"PRAGMA {pragma}").fetchone()[0] == value


# --- Impossible rows ----------------------------------------------------------------------------------------


def spoil(table, column, value, row):
    with writing():
        db.execute_sql(f'UPDATE "{table}" SET "{column}" = ? WHERE id = ?', (value, row))  # noqa: S608 (names of ours)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("state", "permitted"),
        ("state", "approved"),
        ("starts_on", "2026-11-25"),
        ("starts_at", "15:00"),
        ("reason", "  "),
        ("device", ""),
        ("zones", "[]"),
        ("asker_id", 999_999),
        ("subject_id", 999_999),
        ("weekdays", 0),
        ("weekdays", 128),
        ("signed_at", "2026-11-23T10:00:00.000000Z"),
    ],
)
def test_the_database_refuses_an_exemption_that_cannot_be(cast, column, value):
    exemption = ask(cast.teacher)
    with pytest.raises(IntegrityError):
        spoil("exemption", column, value, exemption)
    assert Exemption.get_by_id(exemption).state == "submitted"


def test_the_database_refuses_an_approved_exemption_that_was_stopped_or_that_nobody_approved(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    for column, value in (("stopped_at", "2026-11-23T10:00:00.000000Z"), ("approved_by", None), ("decided_at", None)):
        with pytest.raises(IntegrityError):
            spoil("exemption", column, value, exemption)


@pytest.mark.parametrize(("column", "value"), [("pupil_handles", 1), ("pupil_handles", None), ("visit_id", 999_999)])
def test_the_database_refuses_a_visitors_device_that_a_pupil_handles(cast, column, value):
    """Clause 6.2 and invariant 9, on the lowest floor: neither kept nor left open."""
    exemption = ask(cast.teacher, VISITOR_ACCESS)
    with pytest.raises(IntegrityError):
        spoil("exemption", column, value, exemption)
    assert Exemption.get_by_id(exemption).pupil_handles is False


def test_the_database_refuses_impossible_people_and_roles(cast):
    grant = RoleGrant.get(RoleGrant.person == cast.teacher.id).id
    for table, column, value, row in (
        ("person", "username", "Teacher", cast.teacher.id),
        ("person", "username", "office", cast.teacher.id),
        ("person", "name", " ", cast.teacher.id),
        ("role_grant", "role", "king", grant),
        ("role_grant", "ends_on", "2000-01-01", grant),
    ):
        with pytest.raises(IntegrityError):
            spoil(table, column, value, row)


def insert(table, **columns):
    with writing():
        names, holes = ", ".join(columns), ", ".join("?" * len(columns))
        db.execute_sql(f"INSERT INTO {table} ({names}) VALUES ({holes})", tuple(columns.values()))  # noqa: S608


NOW = "2026-11-23T10:00:00.000000Z"


def keep_visitor(name):
    """The id of an entry of a visitor."""
    with writing():
        return register.save(name, "", "other")


@pytest.fixture
def rows(cast):
    """A fitting row of each new table, by table; where an id of somebody or something goes, it is the real one."""
    exemption = permitted(cast.parent, ACCESS)
    agreement = Agreement.get(Agreement.exemption == exemption).id
    sitting = {"exam": "Maths", "body": "AQA", "day": "2026-11-23", "starts_at": "10:00", "ends_at": "11:00"}
    tablet = tablets.switch_on(cast.office, "Front desk").id
    listed = {"name": "Jo", "name_key": "jo", "reason": "x", "put_by_id": cast.head.id, "put_at": NOW}
    found = {
        "do_not_admit": {**listed, "ended_by_id": None, "ended_at": None},
        "admission_alert": {
            **{"entry_id": watchlist.put_on(cast.head, "Una Welcome", "x"), "name": "Una", "organisation": ""},
            **{"day": "2026-11-23", "at": NOW, "seen_by_id": cast.office.id, "tablet_id": None, "let_in": None},
        },
        "visitor_acknowledgement": {
            **{"visitor_id": keep_visitor("Una"), "version_id": policy_in_force().version, "at": NOW},
            **{"taken_by_id": cast.office.id, "tablet_id": None},
        },
        "guardian": {
            **{"child_id": cast.other_pupil.id, "parent_id": cast.parent.id, "relation": "aunt"},
            **{"access": "sees", "given_at": NOW},
        },
        "class_staff": {"person_id": cast.assistant.id, "class_name": "Heron class"},
        "participant": {"exemption_id": exemption, "pupil_id": cast.pupil.id},
        "agreement": {
            **{"exemption_id": exemption, "version": 2, "expectations": "One.", "sanctions": "Two.", "easy": "[]"},
            **{"signers": "both", "signers_reason": "", "issued_by_id": cast.head.id, "issued_at": NOW, "digest": "x"},
        },
        "signature": {
            **{"agreement_id": agreement, "party": "pupil", "person_id": cast.pupil.id, "name": "Pupil"},
            **{"signed_on": "2026-11-23", "on_paper": 1, "witnessed_by": "Office", "kept_at": "Safe"},
            **{"recorded_by_id": cast.office.id, "recorded_at": NOW},
        },
        "activity_session": {
            **{"exemption_id": exemption, "day": "2026-11-23", "started_by_id": cast.teacher.id, "started_at": NOW},
            **{"ended_by_id": None, "ended_at": None},
        },
        "sitting": {**sitting, "zone": "exam-room", "made_by_id": cast.office.id, "made_at": NOW},
        "exam_report": {
            **{"exam": "Maths", "body": "AQA", "found_on": "2026-11-23", "found_at": "10:00", "device": "Phone"},
            **{"candidate_id": cast.pupil.id, "what_happened": "It rang.", "reported_by_id": cast.teacher.id},
            **{"reported_at": NOW, "reference": "", "outcome": "", "revision": 1, "closed_at": None},
        },
        "visitor_concern": {
            **{"whom": "A man", "place": "Hall", "seen": "He filmed.", "challenged": 1, "answer": ""},
            **{"reported_by_id": cast.teacher.id, "reported_at": NOW, "form_key": "key"},
        },
        "visitor": {"name": "Jo", "name_key": "jo", "organisation": "", "kind": "other", "made_at": NOW},
        "visitor_merge": {
            **{"visitor_id": keep_visitor("Jo Null"), "into_id": keep_visitor("Jo Nul"), "moved": "[]"},
            **{"merged_by_id": cast.office.id, "merged_at": NOW, "undone_by_id": None, "undone_at": None},
        },
        "visitor_concern_note": {
            **{"concern_id": visitor_concerns.make(cast.teacher, visitor_concerns.Report(None, "A", "B", "C", True))},
            **{"text": "Again.", "read": 0, "by_id": cast.teacher.id, "at": NOW},
        },
        "tablet": {
            **{"name": "Hall", "secret_digest": "one", "previous_digest": None, "made_by_id": cast.office.id},
            **{"made_at": NOW, "ended_because": ""},
        },
        "wrong_code": {"tablet_id": tablet, "at": NOW},
        "stay": {
            **{"visit_id": visit_of_nurse(), "day": "2026-11-23", "came_at": NOW, "came_by_id": None, "carries": "[]"},
            **{"came_tablet_id": tablet, "code": "4711", "accepted_version_id": policy_in_force().version},
            **{"needs_device": 0, "left_at": NOW, "left_by_id": None, "left_tablet_id": tablet, "estimated": 0},
            "search_text": "",
        },
        "policy_draft": {
            **{"base_id": policy_in_force().version, "content": "{}", "revision": 1, "dropped_at": None},
            **{"made_by_id": cast.head.id, "made_at": NOW, "changed_by_id": cast.head.id, "changed_at": NOW},
            **{"published_version_id": None, "dropped_by_id": None},
        },
        "sign_check": {
            **{"place": "hall", "fine": 0, "note": "Torn.", "checked_by_id": cast.office.id, "checked_at": NOW},
        },
        "term": {
            **{"name": "Autumn", "starts_on": "2026-09-02", "ends_on": "2026-12-18", "made_by_id": cast.office.id},
            **{"made_at": NOW, "ended_at": None},
        },
        "calendar_day": {
            **{"day": "2026-11-23", "kind": "inset", "note": "", "set_by_id": cast.office.id, "set_at": NOW},
        },
        "site_mark": {
            **{"day": "2026-11-23", "pupils_on_site": 1, "at": NOW, "by_id": cast.office.id, "undone_at": NOW},
            **{"undone_by_id": cast.office.id, "undone_reason": "Wrong button"},
        },
        "locker": {"area": "pupils", "number": "2", "key_holder": ""},
        "locker_use": {
            **{"locker_id": Locker.insert(area="pupils", number="1").execute(), "person_id": cast.pupil.id},
            **{"given_by_id": cast.office.id, "given_at": NOW, "ended_by_id": None, "ended_at": None},
        },
        "hand_in": {
            **{"person_id": cast.pupil.id, "area": "pupils", "day": "2026-11-23", "brought": "device"},
            **{"by_id": cast.office.id, "at": NOW, "returned_by_id": cast.office.id, "returned_at": NOW},
            **{"returned_to": "mother", "undone_by_id": None, "undone_at": None},
        },
        "school_device": {
            **{"asset_tag": "T-08", "tag_key": "t-08", "kind": "tablet", "model": "", "phone_number": ""},
            **{"pin_set_on": "2026-11-23", "pin_set_by_id": cast.office.id, "state": "in use", "state_note": ""},
            **{"made_by_id": cast.office.id, "made_at": NOW, "changed_by_id": cast.office.id, "changed_at": NOW},
            "revision": 1,
        },
        "loan": {
            **{"device_id": a_device(cast.office), "borrower_id": cast.teacher.id, "for_pupil_id": None},
            **{"lent_by_id": cast.office.id, "lent_at": NOW, "due_on": None, "returned_at": None},
            **{"returned_by_id": None, "taken_by_id": None, "returned_note": ""},
        },
        "standing_permission": {
            **{"role": "slt", "given_by_id": cast.head.id, "given_at": NOW, "ended_at": None, "ended_by_id": None},
        },
        "acknowledged_text": {"digest": "another", "content": "{}"},
        "acknowledgement": {
            **{"person_id": cast.parent.id, "version_id": 1, "item": "monitoring", "role": "", "text_id": 1, "at": NOW},
            **{"given_by_id": cast.office.id, "on_paper": 1, "signed_on": "2026-11-23", "kept_at": "Cabinet 2"},
        },
        "reminder": {"version_id": 1, "by_id": cast.head.id, "at": NOW},
        "work_contact": {
            **{"person_id": cast.teacher.id, "since": NOW, "set_by_id": cast.office.id},
            **{"ended_at": None, "ended_by_id": None},
        },
    }
    Signature._meta.database.execute_sql("DROP TRIGGER signature_no_delete")
    Signature.delete().where(Signature.party == "pupil").execute()
    return found


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("guardian", {"access": "all"}),
        ("guardian", {"relation": "  "}),
        ("guardian", {"parent_id": "child_id"}),
        ("agreement", {"sanctions": " "}),
        ("agreement", {"expectations": ""}),
        ("agreement", {"signers": "nobody"}),
        ("agreement", {"signers": "parent"}),
        ("agreement", {"version": 1}),
        ("signature", {"party": "friend"}),
        ("signature", {"party": "parent"}),
        ("signature", {"name": " "}),
        ("signature", {"witnessed_by": ""}),
        ("signature", {"kept_at": " "}),
        ("signature", {"agreement_id": 999_999}),
        ("activity_session", {"ended_at": NOW}),
        ("activity_session", {"exemption_id": 999_999}),
        ("sitting", {"ends_at": "10:00"}),
        ("sitting", {"exam": " "}),
        ("sitting", {"body": ""}),
        ("exam_report", {"closed_at": NOW}),
        ("exam_report", {"candidate_id": 999_999}),
        ("visitor_concern", {"whom": " "}),
        ("visitor_concern", {"seen": ""}),
        ("visitor_concern", {"stay_id": 999_999}),
        ("visitor", {"name": " "}),
        ("visitor", {"name": "x" * 201}),
        ("visitor", {"kind": "king"}),
        ("visitor", {"same_as_id": 999_999}),
        ("visitor_merge", {"into_id": "visitor_id"}),
        ("visitor_merge", {"undone_at": NOW}),
        ("visitor_merge", {"visitor_id": 999_999}),
        ("visitor_concern_note", {"text": " "}),
        ("visitor_concern_note", {"concern_id": 999_999}),
        ("tablet", {"name": " "}),
        ("tablet", {"secret_digest": None}),
        ("tablet", {"made_by_id": 999_999}),
        ("wrong_code", {"tablet_id": 999_999}),
        ("stay", {"came_tablet_id": None}),
        ("stay", {"came_by_id": 1}),
        ("stay", {"left_tablet_id": None}),
        ("stay", {"left_at": None}),
        ("stay", {"left_at": "2026-11-23T09:00:00.000000Z"}),
        ("stay", {"left_at": None, "left_tablet_id": None, "estimated": 1}),
        ("stay", {"came_tablet_id": 999_999}),
        ("sign_check", {"note": " "}),
        ("sign_check", {"place": ""}),
        ("term", {"name": " "}),
        ("term", {"ends_on": "2026-09-01"}),
        ("term", {"made_by_id": 999_999}),
        ("calendar_day", {"kind": "party"}),
        ("calendar_day", {"set_by_id": 999_999}),
        ("site_mark", {"by_id": 999_999}),
        ("site_mark", {"undone_at": None}),
        ("site_mark", {"undone_by_id": None}),
        ("site_mark", {"undone_reason": ""}),
        ("site_mark", {"undone_at": "2026-11-23T09:59:59.000000Z"}),
        ("locker", {"area": "attic"}),
        ("locker", {"number": " "}),
        ("locker", {"number": "1"}),
        ("policy_draft", {"base_id": 999_999}),
        ("policy_draft", {"dropped_at": NOW}),
        ("policy_draft", {"dropped_at": NOW, "dropped_by_id": "made_by_id", "published_version_id": "base_id"}),
        ("locker_use", {"person_id": 999_999}),
        ("locker_use", {"ended_at": NOW}),
        ("hand_in", {"area": "attic"}),
        ("hand_in", {"brought": "a cake"}),
        ("hand_in", {"brought": "nothing"}),
        ("hand_in", {"returned_by_id": None}),
        ("hand_in", {"returned_by_id": None, "returned_at": None}),
        ("hand_in", {"undone_at": NOW}),
        ("hand_in", {"undone_at": NOW, "undone_by_id": "by_id"}),
        ("school_device", {"asset_tag": " "}),
        ("school_device", {"tag_key": ""}),
        ("school_device", {"state": "stolen"}),
        ("school_device", {"pin_set_on": None}),
        ("school_device", {"pin_set_by_id": None}),
        ("loan", {"device_id": 999_999}),
        ("loan", {"for_pupil_id": "borrower_id"}),
        ("loan", {"returned_at": NOW}),
        ("loan", {"taken_by_id": "lent_by_id"}),
        ("loan", {"returned_by_id": "borrower_id"}),
        ("loan", {"returned_note": "Torn"}),
        ("loan", {"returned_at": "2026-11-23T09:59:59.000000Z", "taken_by_id": "lent_by_id"}),
        ("standing_permission", {"role": "king"}),
        ("standing_permission", {"ended_at": NOW}),
        ("work_contact", {"ended_by_id": "set_by_id"}),
        ("work_contact", {"person_id": 999_999}),
        ("acknowledgement", {"item": "weather"}),
        ("acknowledgement", {"role": "pupil"}),
        ("acknowledgement", {"item": "obligations"}),
        ("acknowledgement", {"item": "obligations", "role": "king"}),
        ("acknowledgement", {"signed_on": None}),
        ("acknowledgement", {"on_paper": 0}),
        ("acknowledgement", {"kept_at": " "}),
        ("acknowledgement", {"version_id": 999_999}),
        ("acknowledgement", {"text_id": 999_999}),
        ("reminder", {"by_id": 999_999}),
        ("do_not_admit", {"name": " "}),
        ("do_not_admit", {"name": "x" * 201}),
        ("do_not_admit", {"reason": " "}),
        ("do_not_admit", {"ended_at": NOW}),
        ("do_not_admit", {"put_by_id": 999_999}),
        ("admission_alert", {"seen_by_id": None}),
        ("admission_alert", {"let_in": 1}),
        ("admission_alert", {"answered_at": NOW}),
        ("admission_alert", {"entry_id": 999_999}),
        ("visitor_acknowledgement", {"taken_by_id": None}),
        ("visitor_acknowledgement", {"version_id": 999_999}),
        ("participant", {"pupil_id": 999_999}),
        ("class_staff", {"person_id": 999_999}),
    ],
)
def test_the_database_refuses_a_row_that_cannot_be(rows, table, wrong):
    """The same row without the fault is accepted, so that it is the fault that is refused."""
    fitting = rows[table]
    spoilt = {**fitting, **{key: fitting.get(value, value) for key, value in wrong.items()}}
    with pytest.raises(IntegrityError):
        insert(table, **spoilt)
    insert(table, **fitting)


def test_no_entry_of_a_visitor_counts_as_itself(cast):
    entry = keep_visitor("Jo Null")
    with pytest.raises(IntegrityError):
        spoil("visitor", "same_as_id", entry, entry)


@pytest.mark.parametrize(
    "table",
    [
        "guardian",
        "class_staff",
        "participant",
        "agreement",
        "signature",
        "visitor_concern",
        "term",
        "calendar_day",
        "locker",
        "policy_draft",
        "locker_use",
        "school_device",
        "loan",
        "standing_permission",
        "work_contact",
        "acknowledged_text",
        "acknowledgement",
        *("guardian", "class_staff", "participant", "agreement", "signature", "visitor_concern"),
        *("admission_alert", "visitor_acknowledgement", "tablet"),
    ],
)
def test_the_database_refuses_what_can_be_there_only_once(rows, table):
    insert(table, **rows[table])
    with pytest.raises(IntegrityError):
        insert(table, **rows[table])


def test_only_one_session_of_a_lesson_runs_at_a_time_and_a_link_that_ended_may_come_again(rows, cast):
    insert("activity_session", **rows["activity_session"])
    with pytest.raises(IntegrityError):
        insert("activity_session", **rows["activity_session"])
    ended = {"ended_at": NOW, "ended_by_id": cast.teacher.id}
    insert("activity_session", **{**rows["activity_session"], **ended})
    insert("guardian", **rows["guardian"])
    with writing():
        db.execute_sql("UPDATE guardian SET ended_at = ?", (NOW,))
    insert("guardian", **rows["guardian"])


def test_of_one_day_only_what_went_back_may_be_there_twice(rows):
    held = {**rows["hand_in"], "returned_by_id": None, "returned_at": None, "returned_to": ""}
    insert("hand_in", **rows["hand_in"])
    insert("hand_in", **rows["hand_in"])
    insert("hand_in", **held)
    with pytest.raises(IntegrityError):
        insert("hand_in", **held)


def test_nobody_with_a_history_is_deleted(cast):
    ask(cast.teacher)
    with pytest.raises(IntegrityError), writing():
        Person.delete().where(Person.id == cast.teacher.id).execute()


# --- Written once -------------------------------------------------------------------------------------------

HISTORY = [
    *(AuditEvent, Decision, NeedMet, Agreement, Signature),
    *(VisitorConcern, VisitorConcernNote, SignCheck, VisitorAcknowledgement),
    *(AcknowledgedText, Acknowledgement),
]
WRITES = {
    "changed": "UPDATE {table} SET id = id WHERE id = {row}",
    "deleted": "DELETE FROM {table} WHERE id = {row}",
    "replaced": "INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = {row}",
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("model", HISTORY, ids=lambda model: model.__name__)
def test_what_is_history_is_never_written_again(cast, model, write):
    """Invariant 17: the audit trail has no update and no delete; nor have decisions, signatures and reports."""
    permitted(cast.parent, ACCESS)
    report = visitor_concerns.make(cast.teacher, visitor_concerns.Report(None, "A man", "Hall", "He filmed.", True))
    visitor_concerns.add(cast.teacher, report, "Again.")
    signs.check(cast.office, "hall", True)
    with writing():
        regulars.save_acceptance(keep_visitor("Una"), taken_by=cast.office.id)
    table, row = model._meta.table_name, model.select().order_by(model.id.desc()).get()
    with pytest.raises(IntegrityError, match=f"{table} is never {write}"), writing():
        db.execute_sql(WRITES[write].format(table=table, row=row.id))
    assert model.get_by_id(row.id) == row


def test_every_table_of_history_is_tried_above():
    assert {model._meta.table_name for model in HISTORY} == set(schema.WRITTEN_ONCE)


ANOTHER_TOOL = """
import apsw
from database import db
from rules.decisions import deciding
exemption = ask(school["teacher"], "A phone")
deciding.approve(school["head"], exemption, 1)
db.close()
tool = apsw.Connection(sys.argv[1])
assert not tool.execute("PRAGMA recursive_triggers").get
for table in ("audit_event", "decision"):
    for statement in (
        f"UPDATE {table} SET id = id",
        f"DELETE FROM {table}",
        f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = 1",
        f"REPLACE INTO {table} SELECT * FROM {table}",
    ):
        before = tool.execute(f"SELECT * FROM {table}").get
        try:
            tool.execute(statement)
            say("WRITTEN:", statement)
        except apsw.ConstraintError as refused:
            say(refused)
        assert tool.execute(f"SELECT * FROM {table}").get == before
"""


def test_another_tool_does_not_write_history_again_either(own_school):
    """Invariant 17, on a connection that has not switched recursive triggers on."""
    said = own_school.run(ANOTHER_TOOL, str(own_school.database))
    words = ("changed", "deleted", "replaced", "replaced")
    assert [line.removeprefix("ConstraintError: ") for line in said] == [
        f"{table} is never {word}" for table in ("audit_event", "decision") for word in words
    ]
    assert own_school.verify()[1] == []


# --- All or nothing -----------------------------------------------------------------------------------------


def add_and_fail(username):
    Person.insert(username=username, name="Somebody", made_at=clock.now()).execute()
    raise ZeroDivisionError


def test_what_fails_leaves_nothing_of_the_transaction_behind(school):
    with pytest.raises(ZeroDivisionError), writing():
        add_and_fail("half.done")
    assert not Person.select().where(Person.username == "half.done").exists()


def test_inside_another_transaction_only_the_inner_part_is_undone(school):
    with writing():
        Person.insert(username="outer", name="Outer", made_at=clock.now()).execute()
        with pytest.raises(ZeroDivisionError), writing():
            add_and_fail("inner")
    names = {row.username for row in Person.select().where(Person.username.in_(["outer", "inner"]))}
    assert names == {"outer"}


def test_every_table_is_in_the_list_from_which_the_schema_is_compared():
    found = {value for value in vars(models).values() if isinstance(value, type) and issubclass(value, models.Table)}
    assert found - {models.Table} == set(TABLES)


def test_every_table_is_named_by_one_area():
    words = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("rules/*/__init__.py"))]
    named = [name for text in words for name in re.findall(r"`(\w+)`", re.split(r"\bTables?: ", text + "Table: ")[1])]
    assert sorted(named) == sorted(table.__name__ for table in TABLES)


FULL_DISK = """
from database import DatabaseError, db
from models import AuditEvent, Decision, Exemption
from rules.decisions import deciding
from rules.exemptions import queries

def everything():
    return [list(model.select().order_by(model.id).tuples()) for model in (Exemption, Decision, AuditEvent)]

waiting = [ask(school["teacher"], f"Phone {number}") for number in range(30)]
pages = db.execute_sql("PRAGMA page_count").fetchone()[0]
db.execute_sql(f"PRAGMA max_page_count = {pages}")
decided = 0
try:
    for exemption in waiting:
        before = everything()
        deciding.approve(school["head"], exemption, 1, "Keep it on silent. " * 50)
        decided += 1
except DatabaseError as error:
    say(error)
say(decided < 30, everything() == before, db.in_transaction(), queries.find(exemption).state.value)
db.execute_sql(f"PRAGMA max_page_count = {pages + 1000}")
deciding.approve(school["head"], exemption, 1, "Keep it on silent.")
say(queries.find(exemption).state.value, Decision.select().where(Decision.exemption == exemption).count())
"""


def test_a_full_disk_leaves_nothing_half_done_and_the_school_goes_on_when_there_is_room_again(own_school):
    full, left, again = own_school.run(FULL_DISK)
    assert "full" in full
    assert left == "True True False submitted"
    assert again == "approved 1"
    assert own_school.verify()[1] == []
