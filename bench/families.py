"""Taking in a school's pupils and families from files, against the same number of bare inserts."""

import time

from fields import UtcField
from rules import clock, imports
from rules.actors import actor_of_person

PEOPLE = 1000
PERSON = (
    "INSERT INTO person (username, name, team, year_group, easy_read, active, made_at) VALUES (?, ?, ?, '', 0, 1, ?)"
)
LINK = "INSERT INTO guardian (child_id, parent_id, relation, access, given_at) VALUES (?, ?, 'mother', 'signs', ?)"


def taken_in(base, scale):
    """Seconds for 500 pupils, 500 parents and their links, looked over and taken in; and as a ratio to bare inserts."""
    seconds, ratios = [], []
    for number in range(max(scale.rounds // 2, 2)):
        school = base.copy(f"families{number}")
        with school.open() as connection:
            actor = actor_of_person(school.people["head"])
            ours = _time_of(lambda actor=actor: _import(actor))
            bare = _time_of(lambda connection=connection: _bare(connection))
        seconds.append(ours)
        ratios.append(ours / bare)
    return {"import: seconds": seconds, "import ÷ bare inserts": ratios}


def _time_of(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _files():
    half = range(PEOPLE // 2)
    yield (
        "pupils",
        "username,name,class,year,date_of_birth",
        [f"child{n},Child Invented-{n},Owls {n % 20},7,2014-05-{1 + n % 28:02}" for n in half],
    )
    yield "parents", "username,name", [f"carer{n},Carer Invented-{n}" for n in half]
    yield "links", "child,parent,relation,access", [f"child{n},carer{n},mother,signs" for n in half]


def _import(actor):
    for what, head, lines in _files():
        _, token = imports.look_at(actor, what, "\n".join([head, *lines]).encode())
        imports.apply_kept(actor, token)


def _bare(connection):
    at = UtcField.spell(clock.now())
    people = [(f"bare{n}", f"Bare Invented-{n}", f"Owls {n % 20}", at) for n in range(PEOPLE)]
    with connection:
        connection.executemany(PERSON, people)
        first = connection.execute("SELECT min(id) FROM person WHERE username LIKE 'bare%'").fetchone()[0]
        half = PEOPLE // 2
        connection.executemany(LINK, [(first + n, first + half + n, at) for n in range(half)])
