"""Rows of prepared queries have the types of their columns."""

import datetime as dt
import sys
from typing import NamedTuple

import pytest
from peewee import SQL, Case, Select, fn

from database import Prepared, prepared
from enums import Role
from fields import JsonTextField, Parameter, TimeOfDayField, typed
from models import AuditEvent, Person, PolicyVersion, RoleGrant
from rules.core import clock

NINE = dt.time(9, 0)
BIRTHDAY = dt.date(2014, 2, 28)


@pytest.fixture
def ann(school):
    return Person.create(
        username="ann",
        name="Ann",
        starts_work_at=NINE,
        born_on=BIRTHDAY,
        made_at=clock.now(),
    )


def one(*columns, of=Person, **values):
    """The only row of a query of these columns."""
    return Prepared(lambda: of.select(*columns).order_by(of.id.desc()).limit(1)).one(**values)


def test_a_row_has_days_times_moments_and_flags(ann):
    row = one(Person.name, Person.born_on, Person.starts_work_at, Person.made_at, Person.active)
    assert row == ("Ann", BIRTHDAY, NINE, clock.now(), True)
    assert row.made_at.tzinfo is not None
    assert type(row.active) is bool


def test_what_is_not_there_stays_none(ann):
    assert one(Person.ends_work_at, Person.code_ends_at) == (None, None)


def test_a_row_has_roles_and_json(ann):
    RoleGrant.create(person=ann, role=Role.PUPIL, starts_on=BIRTHDAY, given_at=clock.now())
    assert type(one(RoleGrant.role, of=RoleGrant).role) is Role
    assert type(one(PolicyVersion.zones, of=PolicyVersion).zones) is list
    assert type(one(AuditEvent.payload, of=AuditEvent).payload) is dict


def test_an_alias_a_function_and_a_subquery_have_the_type_of_what_they_give(ann):
    other = Person.alias("other")
    oldest = other.select(fn.MAX(other.born_on))
    row = one(
        Person.born_on.alias("born"),
        fn.COALESCE(Person.ends_work_at, Person.starts_work_at).alias("works"),
        oldest.alias("oldest"),
        fn.EXISTS(oldest).alias("any"),
        (~fn.EXISTS(oldest)).alias("none"),
        Person.code_ends_at.is_null().alias("free"),
        ((Person.name == "Ann") & Person.active).alias("her"),
        Case(None, ((Person.active, Person.born_on),)).alias("case"),
        other.select(fn.COUNT(other.born_on)).where(other.username == "ann").alias("number"),
        fn.UPPER(Person.born_on).alias("text"),
    )
    assert row == (BIRTHDAY, NINE, BIRTHDAY, True, False, True, True, BIRTHDAY, 1, "2014-02-28")


def test_a_column_of_a_subquery_has_its_type(ann):
    inner = Person.select(Person.born_on.alias("born"), fn.MAX(Person.made_at).alias("made")).where(
        Person.username == "ann"
    )
    query = Prepared(lambda: Person.select(inner.c.born, inner.c.made).from_(inner))
    assert query.one() == (BIRTHDAY, clock.now())


def test_an_expression_that_nobody_knows_the_type_of_is_told_its_type(ann):
    names = typed(fn.json_array(Person.name), JsonTextField).alias("names")
    assert one(names, typed(fn.IFNULL(None, "09:00"), TimeOfDayField).alias("at")) == (["Ann"], NINE)


def test_a_raw_row_is_as_the_database_has_it(ann):
    query = Prepared(lambda: Person.select(Person.born_on, Person.active).where(Person.id == ann.id), raw=True)
    assert query.one() == ("2014-02-28", 1)


def test_a_row_may_be_a_type_of_its_own(ann):
    class Pupil(NamedTuple):
        name: str
        born_on: dt.date

        @property
        def year_of_birth(self):
            return self.born_on.year

    @prepared(row=Pupil)
    def pupils():
        return Person.select(Person.name, Person.born_on).where(Person.username == "ann")

    @prepared(row=Pupil)
    def wrong():
        return Person.select(Person.born_on, Person.name)

    assert [pupil.year_of_birth for pupil in pupils.rows()] == [2014]
    with pytest.raises(TypeError, match="Pupil"):
        wrong.rows()


def test_a_parameter_is_spelled_as_its_column(ann):
    query = Prepared(
        lambda: Person.select(Person.name).where(
            (Person.born_on == Parameter("born"))
            & (Person.made_at <= Parameter("now"))
            & (fn.MAX(Person.starts_work_at, "08:00") == Parameter("starts", TimeOfDayField))
            & Person.id.in_(ids())
        )
    )
    values = {"born": BIRTHDAY, "now": clock.now(), "starts": NINE, "ids": [ann.id]}
    assert query.one(**values).name == "Ann"
    assert query.one(**values | {"born": None}) is None
    with pytest.raises(ValueError, match="time zone"):
        query.one(**values | {"now": clock.now().replace(tzinfo=None)})


def ids():
    """The ids in a JSON list."""
    return Select((fn.json_each(Parameter("ids", JsonTextField)),), (SQL("value"),))


def test_a_role_is_bound_and_written_by_its_value(ann):
    RoleGrant.insert(person=ann, role=Role.PARENT, starts_on=BIRTHDAY, given_at=clock.now()).execute()
    query = Prepared(
        lambda: (
            RoleGrant.select(RoleGrant.person).where(RoleGrant.role == Parameter("role")).order_by(RoleGrant.id.desc())
        )
    )
    assert query.one(role=Role.PARENT).person == ann.id
    stored = Prepared(lambda: RoleGrant.select(RoleGrant.role).order_by(RoleGrant.id.desc()).limit(1), raw=True)
    assert type(stored.one().role) is str


def test_a_column_of_text_costs_a_row_nothing(school):
    query = Prepared(lambda: Person.select(Person.id, Person.name))
    query.rows()
    assert query._make.__name__ == "_make"  # no function of ours stands between the database and the row


def test_every_prepared_query_of_the_rules_can_be_made(app):
    modules = [module for name, module in sys.modules.items() if name.startswith("rules.")]
    queries = [each for module in modules for each in vars(module).values() if isinstance(each, Prepared)]
    for query in queries:
        query._compile()
    assert len(queries) > 150
