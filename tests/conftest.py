"""The school in which every test takes place: its cast, its clock, and a database that forgets."""

import datetime as dt
import os
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from hypothesis import settings as hypothesis_settings
from peewee import fn

import settings as school_settings
from app import create_app
from database import db, writing
from enums import ParentAccess, Role, VisitorKind
from models import ClassStaff, Guardian, Person, PolicyVersion, Stay, Visit, Visitor
from rules.acknowledgements import acknowledging
from rules.auth.actors import actor_of_person
from rules.core import clock, config
from rules.exemption_kinds import KINDS
from rules.exemptions.request import Request
from rules.people import people
from rules.policy import versions
from tests.support.own_school import OwnSchool

PASSWORD = "lantern on the marsh"
# Argon2 with its lowest cost: the cast signs in and signs agreements in hundreds of tests.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
MONDAY_AT_TEN = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)

CAST = {
    "head": (Role.HEADTEACHER, Role.STAFF_NONDIRECT),
    "deputy": (Role.SLT, Role.STAFF_DIRECT),
    "assistant_head": (Role.SLT, Role.STAFF_NONDIRECT),
    "dsl": (Role.DSL, Role.STAFF_DIRECT),
    "deputy_dsl": (Role.DEPUTY_DSL, Role.STAFF_DIRECT),
    "office": (Role.OFFICE, Role.STAFF_NONDIRECT),
    "teacher": (Role.STAFF_DIRECT,),
    "assistant": (Role.STAFF_DIRECT,),
    "finance": (Role.STAFF_NONDIRECT,),
    "pupil": (Role.PUPIL,),
    "other_pupil": (Role.PUPIL,),
    "parent": (Role.PARENT,),
    "other_parent": (Role.PARENT,),
    "carer": (Role.PARENT,),
    "barred_parent": (Role.PARENT,),
    "governor": (Role.GOVERNOR,),
    "director": (Role.REGIONAL_DIRECTOR, Role.GOVERNOR),
    "volunteer": (Role.REGULAR_VISITOR,),
}
# Whose parents they are: one who signs, one who only sees, one who is told nothing, and another child's.
FAMILIES = (
    ("pupil", "parent", "mother", ParentAccess.SIGNS),
    ("pupil", "carer", "grandmother", ParentAccess.SEES),
    ("pupil", "barred_parent", "father", ParentAccess.NOTHING),
    ("other_pupil", "other_parent", "father", ParentAccess.SIGNS),
)
CLASSES = {"pupil": "Kestrel class", "other_pupil": "Heron class"}


# `make test` tries the same few examples each time, `make test-all` many and others (--hypothesis-profile=thorough).
hypothesis_settings.register_profile("quick", max_examples=20, derandomize=True, database=None, deadline=None)
hypothesis_settings.register_profile("thorough", max_examples=100, deadline=None)
hypothesis_settings.load_profile("quick")


def thorough():
    """Whether all is tried, as in `make test-all`."""
    return hypothesis_settings.get_current_profile_name() == "thorough"


def examples(many):
    """How many examples are tried where `many` are in `make test-all`."""
    return many if thorough() else max(many // 5, 5)


def shared_folder(factory, name):
    """A folder that all workers of a test run share."""
    folder = factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / name
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory):
    """Where the compiled templates of a test run are, so that each is compiled once."""
    return shared_folder(tmp_path_factory, "templates")


@pytest.fixture(scope="session")
def app(tmp_path_factory, compiled_templates):
    """The program with a school of its own, its policy and its cast."""
    folder = tmp_path_factory.mktemp("instance")
    (folder / "templates").symlink_to(compiled_templates)
    with clock.frozen(MONDAY_AT_TEN - dt.timedelta(days=30)):
        made = create_app(school_settings.from_environment({}, instance=str(folder)))
        made.testing = True
        _make_cast()
    return made


def _make_cast():
    kept = QUICK.hash(PASSWORD)
    with writing():
        for name, roles in CAST.items():
            details = people.PersonDetails(
                name.replace("_", "-"),
                name.replace("_", " ").title() + " Invented",
                CLASSES.get(name, f"{name} team"),
            )
            person = people.add_from_the_start(details, roles)
            Person.update(password_hash=kept, code_hash=None, code_ends_at=None).where(Person.id == person).execute()
        ids = {row.username.replace("-", "_"): row.id for row in Person.select(Person.id, Person.username)}
        for child, parent, relation, access in FAMILIES:
            Guardian.insert(
                child=ids[child], parent=ids[parent], relation=relation, access=access.value, given_at=clock.now()
            ).execute()
        ClassStaff.insert(person=ids["teacher"], class_name="Kestrel class").execute()
        for person in ids.values():
            acknowledging.acknowledge(actor_of_person(person), person, versions.newest())


@pytest.fixture(autouse=True)
def at_ten():
    """It is Monday 23 November 2026, 10am, unless a test says otherwise."""
    with clock.frozen(MONDAY_AT_TEN):
        yield


@pytest.fixture
def school(app):
    """The database of the school; whatever a test does in it is undone afterwards."""
    with undone():
        yield db


@contextmanager
def undone():
    """Whatever is done to the school meanwhile is undone afterwards."""
    first = versions.newest()
    with db.atomic("IMMEDIATE") as transaction:
        yield
        made = versions.newest() != first
        transaction.rollback()
    config.current().refusals.forget()
    if made:
        forget_versions()


def forget_versions():
    """Forget what is remembered of versions of the policy: in the next test the same number is another one."""
    ours = [module for name, module in sys.modules.items() if name.startswith(("rules.", "blueprints."))]
    for value in [value for module in ours for value in vars(module).values()]:
        if isinstance(value, type(clock.format_date)):  # a function that remembers
            value.cache_clear()


@pytest.fixture
def cast(school):
    """The people of the school as actors, by name: `cast.teacher`."""
    rows = {row.username: row.id for row in Person.select(Person.id, Person.username)}
    return SimpleNamespace(**{name: actor_of_person(rows[name.replace("_", "-")]) for name in CAST})


def a_request(**changed):
    """A request that any kind of member of staff could send on this Monday."""
    asked = {
        "device_kind": "phone",
        "device": "My own phone, blue case",
        "purpose": "family-emergency",
        "reason": "My mother is in hospital and the ward may ring.",
        "zones": ("staff-room", "teaching-areas"),
        "starts_on": dt.date(2026, 11, 23),
        "ends_on": dt.date(2026, 11, 24),
        "starts_at": dt.time(9, 0),
        "ends_at": dt.time(15, 0),
        **changed,
    }
    return Request(**asked)


def visit_of_nurse(host=None):
    """The id of the visit of a nurse to somebody (an id, or else the teacher); made once, and she is in the building.

    It lasts for years, so that the tests of any day can ask for it.
    """
    host = host or Person.get(username="teacher").id
    nurse = {"name": "Nina Nurse", "name_key": "ninanurse", "organisation": "Invented Health Trust"}
    known = Visit.select(Visit.id).join(Visitor).where(Visitor.name_key == "ninanurse", Visit.host == host).first()
    if known is not None:
        return known.id
    now = clock.now()
    with writing():
        visitor = Visitor.insert(**nurse, kind=VisitorKind.PROFESSIONAL.value, made_at=now).execute()
        visit = Visit.insert(
            visitor=visitor,
            host=host,
            purpose="Review",
            starts_on=dt.date(2026, 10, 1),
            ends_on=dt.date(2028, 12, 31),
            announced_by=host,
            announced_at=now,
        ).execute()
        come_in(visit)
    return visit


def come_in(visit):
    """The visitor of a visit (an id) comes to the building now; returns the id of the stay.

    If nobody signed them out before, that is settled now.
    """
    office, version = Person.get(username="office").id, PolicyVersion.select(fn.MAX(PolicyVersion.id)).scalar()
    stay = {"visit": visit, "day": clock.today(), "came_at": clock.now(), "carries": []}
    settled = {"left_at": Stay.came_at, "left_by": office, "estimated": True}
    Stay.update(settled).where(Stay.visit == visit, Stay.left_at.is_null()).execute()
    return Stay.insert(**stay, came_by=office, accepted_version=version).execute()


def fitting_request(kind, pupil, **changed):
    """A request that fits a kind: for this pupil (an id) where it is for one, or with them taking part."""
    fits = {"purpose": PURPOSES[kind.id]}
    if kind.for_pupil:
        fits["subject"] = pupil
    if kind.with_pupils:
        fits["pupils"] = (pupil,)
    if kind.for_visitor:
        visit = changed["visit"] if "visit" in changed else visit_of_nurse()
        fits |= {"visit": visit, "pupil_handles": False, "zones": ("teaching-areas",)}
    if kind.one_day:
        fits["ends_on"] = changed.get("starts_on", dt.date(2026, 11, 23))
    return a_request(**{**fits, **changed})


RISK_ASSESSMENT = {
    "hazards": "Names could stay in the browser.",
    "who": "Pupils, if somebody at home saw their work.",
    "controls": "A private window, signed out after each lesson.",
    "residual": "Low.",
    "signed": True,
}
DISCUSSION = {"who": "Both parents and the headteacher", "when": "2026-11-20", "outcome": "It is needed every day."}
ANSWERS = {
    "teaching-period": {},
    "remote-learning": {
        "no-school-equipment": {"asked": "The office: all are lent.", "confirmed": True},
        "risk-assessment": RISK_ASSESSMENT,
    },
    "school-device": {"pin-set": {"confirmed": True}, "monitoring-notice": {"acknowledged": True}},
    "educational-activity": {"activity-assessment": {**RISK_ASSESSMENT, "review": "2026-12-18"}},
    "exceptional-access": {"discussion": DISCUSSION},
    "parent-contact": {"discussion": DISCUSSION},
    "known-family": {"discussion-dsl": DISCUSSION, "discussion-head": DISCUSSION},
    "visitor-access": {
        "kept-secure": {"how": "Locked with a PIN, in her bag."},
        "visitor-discussion": {
            **DISCUSSION,
            "assessment": "not-required",
            "because": "She sees no pupil with it and takes no pictures.",
        },
    },
}
PURPOSES = {
    "teaching-period": "family-emergency",
    "remote-learning": "remote-lesson",
    "school-device": "lesson-work",
    "educational-activity": "activity-school-devices",
    "exceptional-access": "health-monitoring",
    "parent-contact": "messages-from-home",
    "known-family": "friend-or-neighbour",
    "visitor-access": "assessment-or-therapy",
}
# Who asks for a kind in most tests, and for whom.
ASKERS = {kind: "teacher" for kind in ANSWERS} | {"parent-contact": "parent"}
TEACHING_PERIOD, REMOTE_LEARNING, SCHOOL_DEVICE, LESSON, ACCESS, PARENT_CONTACT, KNOWN_FAMILY, VISITOR_ACCESS = (
    KINDS[key] for key in ANSWERS
)


def pytest_terminal_summary(terminalreporter):
    """Say loudly when the browser tests did not run."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "browser" in str(report.longrepr)]
    if skipped:
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(
            "The browser tests did NOT run: no Chromium was found. Install Debian's chromium package."
        )


def browser_path():
    """Where Chromium is, or None."""
    if os.environ.get("OX_CHROMIUM"):
        return os.environ["OX_CHROMIUM"]
    note = school_settings.ROOT / ".venv" / ".setup" / "chromium"
    return note.read_text(encoding="utf-8").strip() or None if note.exists() else None


@pytest.fixture
def own_school(tmp_path):
    """A small school in a database file of its own, empty until a script has run in it."""
    return OwnSchool(tmp_path)
