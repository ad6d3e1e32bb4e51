"""The log of visitors is read by day and by words (clauses 6.1, 8.1)."""

import datetime as dt
import re

import pytest

from database import db
from enums import ExemptionState
from models import Person, Visit
from rules.core.errors import NotAllowed, NotFound
from rules.reception import announcing, log, stays
from rules.reception.log import LogFilter
from rules.visitors import search
from tests.support.device_access import a_device
from tests.support.visitors import MONDAY, TUESDAY, a_visit, at


@pytest.fixture
def came(cast):
    """Somebody came and was signed in; the id of the stay."""

    def make(host="teacher", **changed):
        visit = announcing.announce(cast.office, a_visit(getattr(cast, host), **changed))[0]
        return stays.sign_in(cast.office, visit, True, ())

    return make


def found(cast, **wanted):
    """The names in the log."""
    return [entry.name for entry in log.entries(cast.dsl, LogFilter(**wanted))[0]]


@pytest.fixture
def three(came):
    """Three visitors on three days."""
    came(name="Seán Ó Súilleabháin", organisation="Larch Ltd", purpose="To mend the boiler")
    with at(TUESDAY, 9):
        came(name="Maeve O’Brien", organisation="Smith-Jones & Co", purpose="Reading with Kestrel", host="assistant")
    with at(dt.date(2026, 12, 1), 9):
        came(name="Null", organisation="", purpose="Boiler again", host="head")


def test_the_newest_stay_comes_first(cast, three):
    assert found(cast) == ["Null", "Maeve O’Brien", "Seán Ó Súilleabháin"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("boiler", ["Null", "Seán Ó Súilleabháin"]),
        ("BOIL larch", ["Seán Ó Súilleabháin"]),
        ("o suil", ["Seán Ó Súilleabháin"]),
        ("o'brien", ["Maeve O’Brien"]),
        ("OBrien", ["Maeve O’Brien"]),
        ("jones", ["Maeve O’Brien"]),
        ("assistant", ["Maeve O’Brien"]),
        ("head boiler", ["Null"]),
        ("null", ["Null"]),
        ("oiler", []),
        ("boiler reading", []),
        ('"" OR * NEAR(', []),
        ("words:boiler", []),
        ("🦊", []),
        ("   ", ["Null", "Maeve O’Brien", "Seán Ó Súilleabháin"]),
    ],
)
def test_each_word_begins_a_word_of_the_name_the_organisation_the_host_or_the_purpose(cast, three, text, names):
    assert found(cast, text=text) == names


def test_a_host_is_found_by_the_name_they_have_now(cast, three):
    Person.update(name="Ada Newname").where(Person.id == cast.assistant.id).execute()
    assert found(cast, text="newname") == ["Maeve O’Brien"]
    assert found(cast, text="assistant") == []


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        (None, MONDAY, ["Seán Ó Súilleabháin"]),
        (TUESDAY, None, ["Null", "Maeve O’Brien"]),
        (TUESDAY, dt.date(2026, 11, 30), ["Maeve O’Brien"]),
        (dt.date(2026, 11, 25), dt.date(2026, 11, 30), []),
        (dt.date(2027, 1, 1), None, []),
        (None, dt.date(2026, 11, 22), []),
        (TUESDAY, MONDAY, []),
        (dt.date.min, dt.date.max, ["Null", "Maeve O’Brien", "Seán Ó Súilleabháin"]),
    ],
)
def test_the_log_is_narrowed_down_by_days(cast, three, first, last, names):
    assert found(cast, first=first, last=last) == names
    assert found(cast, first=first, last=last, text="boiler") == [name for name in names if "Maeve" not in name]


@pytest.mark.parametrize(
    ("organisation", "names"),
    [
        ("larch", ["Seán Ó Súilleabháin"]),
        ("smith jon", ["Maeve O’Brien"]),
        ("null", []),
        ("boiler", []),
        ("assistant", []),
        ("🦊", []),
    ],
)
def test_the_log_is_narrowed_down_by_the_words_of_the_organisation_alone(cast, three, organisation, names):
    assert found(cast, organisation=organisation) == names


def test_the_log_is_narrowed_down_by_who_was_visited(cast, three):
    assert found(cast, host=cast.assistant.id) == ["Maeve O’Brien"]
    assert found(cast, host=cast.teacher.id, text="boiler") == ["Seán Ó Súilleabháin"]
    assert found(cast, host=cast.teacher.id, text="reading") == []
    assert found(cast, host=cast.finance.id) == []


@pytest.mark.parametrize(
    ("decision", "states"),
    [
        ("approved", {ExemptionState.APPROVED}),
        ("declined", {ExemptionState.DECLINED}),
        ("waiting", {ExemptionState.SUBMITTED, ExemptionState.RETURNED}),
        ("ended", {ExemptionState.WITHDRAWN, ExemptionState.REVOKED}),
    ],
)
def test_the_log_is_narrowed_down_by_what_became_of_a_device_that_was_asked_for(cast, came, decision, states):
    came(name="Asked for nothing")
    for state in ExemptionState:
        came(name=f"Jo {state.value}")
        a_device(Visit.select().order_by(Visit.id.desc()).get().id, cast.teacher, state, cast.head)
    wanted = [f"Jo {state.value}" for state in reversed(ExemptionState) if state in states]
    assert found(cast, decision=decision) == wanted
    assert found(cast, decision=decision, text="jo", host=cast.teacher.id, organisation="larch") == wanted
    assert found(cast, decision=decision, last=dt.date(2026, 11, 22)) == []
    assert found(cast, decision="none") == ["Asked for nothing"]
    assert found(cast, decision="none", text="asked") == ["Asked for nothing"]
    assert found(cast, decision="none", text="jo") == []


def test_a_common_word_is_looked_for_from_the_newest_stay_on_and_nothing_is_sorted(three, monkeypatch):
    """So years of stays are not gone through for one page of them."""
    asked, ask = [], db.execute_sql
    monkeypatch.setattr(db, "execute_sql", lambda sql, bound=None: asked.append((sql, bound)) or ask(sql, bound))
    assert len(search.newest("boiler", 2**62, 0, 51)) == 2
    plan = " | ".join(row[3] for row in ask(f"EXPLAIN QUERY PLAN {asked[-1][0]}", asked[-1][1]))
    assert re.fullmatch(r"SEARCH .* USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)", plan), plan


def test_a_visit_for_which_two_devices_were_asked_is_found_by_either_and_only_once(cast, came):
    came()
    for state in (ExemptionState.APPROVED, ExemptionState.APPROVED, ExemptionState.DECLINED):
        a_device(Visit.get().id, cast.teacher, state, cast.head)
    assert found(cast, decision="approved") == found(cast, decision="declined") == ["Maeve O’Brien"]


def test_what_was_written_is_no_pattern_and_a_number_no_host(cast, came):
    came(name="100% Larch_Elm", organisation="50% / Oak", purpose=f"To see #{cast.head.id}")
    for text, names in (
        ("100", ["100% Larch_Elm"]),
        ("larch_elm", ["100% Larch_Elm"]),
        ("1%0", []),
        ("l_rch", []),
        ("0%", []),
        ("x" * 60_000, []),
    ):
        assert found(cast, text=text) == names
    assert found(cast, organisation="larch") == []
    assert found(cast, organisation="oa") == ["100% Larch_Elm"]
    assert found(cast, host=cast.head.id) == []


def test_a_long_log_is_read_page_by_page_without_a_gap(cast, came, monkeypatch):
    monkeypatch.setattr(log, "PAGE", 3)
    for number in "abcdefg":
        came(name=f"Visitor {number}")
    for text in ("", "visitor"):
        seen, before = [], None
        while True:
            entries, before = log.entries(cast.dsl, LogFilter(text=text, before=before))
            seen += [entry.name[-1] for entry in entries]
            if before is None:
                break
        assert "".join(seen) == "gfedcba"


def test_a_file_that_would_be_too_long_is_refused_and_never_cut_off(cast, three, monkeypatch):
    assert len(log.for_file(cast.office, LogFilter())) == 3
    monkeypatch.setattr(log, "MOST_IN_FILE", 2)
    with pytest.raises(log.TooMany):
        log.for_file(cast.office, LogFilter())


def test_one_visitors_history_has_their_stays_and_nobody_elses(cast, three, came):
    for hour, name in ((10, "Rowan Larch"), (12, "ROWAN LARCH")):
        with at(TUESDAY, hour):
            stays.sign_out(cast.office, came(name=name, organisation=""))
    newest = log.entries(cast.dsl, LogFilter())[0]
    twice = next(entry.visitor for entry in newest if entry.name == "Rowan Larch")
    known, rows, older = log.of_visitor(cast.dsl, twice)
    assert (known.name, [row.visitor for row in rows], older) == ("Rowan Larch", [twice, twice], None)
    with pytest.raises(NotFound):
        log.of_visitor(cast.dsl, 999)


@pytest.mark.parametrize("who", ["teacher", "deputy", "deputy_dsl", "governor", "parent", "pupil"])
def test_nobody_else_reads_the_log(cast, who):
    actor = getattr(cast, who)
    for read in (
        lambda: log.entries(actor, LogFilter()),
        lambda: log.for_file(actor, LogFilter()),
        lambda: log.of_visitor(actor, 1),
        lambda: stays.open_stays(actor),
    ):
        with pytest.raises(NotAllowed):
            read()
