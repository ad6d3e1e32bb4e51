"""The demo school's visitors who are not let in before the headteacher is asked, and volunteers who come often."""

from demo.story import announce, come, go, who_is

# ruff: noqa: E501
from models import AdmissionAlert
from rules.core import clock
from rules.core.errors import Invalid
from rules.reception import admission, stays
from rules.visitors import duplicates, validation, visits, watchlist


def put_on(key, who, name, reason):
    """The headteacher or the DSL puts somebody on the list."""

    def step(story):
        story.asked[key] = watchlist.put_on(who_is(who), name, reason)

    return step


def take_off(key, who):
    """The headteacher or the DSL takes off the list who was put on under `key`."""
    return lambda story: watchlist.take_off(who_is(who), story.asked[key])


def turn_away(who, host, name, organisation, purpose):
    """Somebody who is on the list wants to come in, and reception is told to ask the headteacher first."""

    def step(story):
        days = (clock.today(), clock.today())
        said = validation.VisitDetails(name, organisation, "contractor", who_is(host).id, *days, purpose)
        try:
            stays.walk_in(who_is(who), said, True, ())
        except Invalid:
            return
        raise AssertionError("nobody on the list is signed in")

    return step


def answer(who, let_in):
    """The headteacher or the DSL answers the newest alert."""

    def step(story):
        newest = AdmissionAlert.select(AdmissionAlert.id).order_by(AdmissionAlert.id.desc()).scalar()
        admission.answer(who_is(who), newest, let_in)

    return step


def merge(who, key, other):
    """Somebody says that the visitors announced under two keys are one person."""

    def step(story):
        kept, gone = (visits.one(story.asked[each]).visitor for each in (key, other))
        duplicates.merge(who_is(who), kept, gone)

    return step


# One step a line: a table is read across. Nobody stands at reception today: that would wait for an answer at once.
# fmt: off
WEEK = (
    (-8, "15:00", put_on("gutters", "dsl", "Roderick Thornapple", "He filmed in the corridor of Heron class, and his firm has taken him off our jobs. Nobody but us needs to know why.")),
    (-7, "09:20", put_on("sales", "head", "Percival Mossgrove", "He came three times to sell us tablets and would not leave.")),
    (-3, "16:30", take_off("sales", "head")),
    (-4, "10:05", turn_away("office", "site", "roderick thornapple", "Thornapple & Sons", "To look at the gutters")),
    (-4, "10:07", answer("dsl", False)),
    (-2, "14:45", announce("gutters again", "site", "site", "Roderick Thornapple", "Thornapple & Sons", "contractor", "To look at the gutters", (2,), "10:00-11:00")),
    (-7, "08:40", announce("reading-first", "teacher", "teacher", "Maeve Null", "", "volunteer", "Reading with Kestrel class", (-6,), "13:00-15:00")),
    (-6, "12:58", come("reading-first", "office", "phone")),
    (-6, "15:02", go("reading-first", "office")),
    (-8, "16:00", announce("garden", "site", "site", "Winifred Oakhurst", "", "volunteer", "To help in the garden", (-7,), "")),
    (-8, "16:01", announce("garden again", "site", "site", "Winifred Oakhurst", "", "volunteer", "To help in the garden", (-5,), "")),
    (-8, "16:02", announce("garden third", "site", "site", "Winnie Oakhurst", "", "volunteer", "To help in the garden", (-3,), "")),
    (-7, "10:00", come("garden", "office", "phone")),
    (-7, "12:00", go("garden", "office")),
    (-5, "10:00", come("garden again", "office", "phone")),
    (-5, "12:00", go("garden again", "office")),
    (-3, "10:00", come("garden third", "office", "phone")),
    (-3, "12:00", go("garden third", "office")),
    (-2, "08:30", merge("office", "garden", "garden third")),
    (-4, "15:10", announce("reading-today", "teacher", "teacher", "Maeve Null", "", "volunteer", "Reading with Kestrel class", (0,), "13:00-15:00")),
)
# fmt: on
