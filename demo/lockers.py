"""The demo school's lockers, what was handed in on the last days, and a morning half done."""

from demo.story import who_is
from enums import LockerArea, Role
from models import Locker
from rules.core import clock
from rules.lockers import assignments, hand_in, lockers, own, tiles
from rules.lockers.assignments import add, set_key_holder, set_out_of_use
from rules.people.people import PersonDetails, add_from_the_start, set_active


def new(area, numbers, key_holder):
    """The office adds lockers."""
    return lambda story: add(who_is("office"), area, numbers, key_holder)


def _locker(area, number):
    return Locker.get(Locker.area == area, Locker.number == number).id


def give(area, pairs):
    """The office gives lockers: `pairs` reads "mia:3 ivo:4"."""

    def step(story):
        for username, number in (pair.split(":") for pair in pairs.split()):
            assignments.give(who_is("office"), _locker(area, number), who_is(username).id)

    return step


def move(area, number, other):
    """The office moves the holder of a locker to a free one."""

    def step(story):
        office, locker = who_is("office"), _locker(area, number)
        assignments.swap(office, locker, lockers.find(office, locker).use, _locker(area, other), None)

    return step


def broken(area, number, key_holder):
    """The office takes a locker out of use and says who has its key."""

    def step(story):
        set_out_of_use(who_is("office"), _locker(area, number), True)
        set_key_holder(who_is("office"), _locker(area, number), key_holder)

    return step


def tap(what, pupils):
    """Reception taps the same on the tiles of these pupils."""

    def step(story):
        office, tapped = who_is("office"), {who_is(username).id for username in pupils.split()}
        for tile in hand_in.morning(office).tiles:
            if tile.id in tapped:
                hand_in.tap(office, tile.id, clock.today(), what, tile.seen)

    return step


def fetched(pupil, to):
    """Somebody fetches a pupil's device."""

    def step(story):
        for row in tiles.held_of(who_is(pupil).id):
            hand_in.give(who_is("office"), row.id, to)

    return step


def join(pupil, name, team):
    """A pupil comes to the school."""
    return lambda story: add_from_the_start(PersonDetails(pupil, name, team), (Role.PUPIL,))


def leave(pupil):
    """A pupil leaves the school."""
    return lambda story: set_active(who_is("office"), who_is(pupil).id, False)


def put_in(staff):
    """A member of staff puts their device into their locker."""
    return lambda story: own.put_in(who_is(staff), clock.today(), own.own(who_is(staff)).seen)


PUPILS, STAFF = LockerArea.PUPILS.value, LockerArea.STAFF.value

# One step a line: a table is read across.
# fmt: off
WEEK = (
    (-8, "08:05", new(PUPILS, "1-12", "Office, key cabinet")),
    (-8, "08:10", new(STAFF, "S1-S8", "Site team")),
    (-8, "08:20", give(PUPILS, "pupil:1 arlo:2 arlo2:3 saffron:4 mia:5 ivo:6")),
    (-8, "08:30", give(STAFF, "deputy:S1 dsl:S2 teacher:S3 assistant:S4 deputydsl:S5")),
    (-6, "08:10", join("otis", "Otis Larkspur", "Heron class")),
    (-6, "08:15", give(PUPILS, "otis:7")),
    (-5, "08:30", tap("device", "otis")),
    (-4, "12:00", leave("otis")),  # his phone is still here
    (-4, "12:45", broken(PUPILS, "8", "Site team: the lock is being mended")),
    (-3, "15:40", move(PUPILS, "2", "9")),
    (-2, "08:31", tap("device", "pupil saffron mia")),
    (-2, "08:40", tap("nothing", "arlo arlo2 ivo tamsin")),
    (-2, "15:25", tap("returned", "pupil saffron mia")),
    (-1, "08:22", put_in("teacher")),
    (-1, "08:41", put_in("assistant")),
    (-1, "08:33", tap("device", "pupil saffron mia ivo")),
    (-1, "08:35", tap("nothing", "arlo arlo2")),
    (-1, "08:36", tap("absent", "tamsin")),
    (-1, "14:05", fetched("mia", "mother, who has an appointment with her")),
    (-1, "15:28", tap("returned", "pupil")),
)
# Today, as far as the clock has come: a queue that is half done, Ivo's and Saffron's devices of yesterday still here.
TODAY = (
    ("08:12", put_in("deputydsl")),
    ("08:24", tap("device", "pupil mia")),
    ("08:25", tap("nothing", "arlo")),
    ("08:26", tap("absent", "saffron")),
    ("08:39", put_in("assistant")),
    ("09:05", tap("returned", "mia")),  # to the dentist
    ("10:05", tap("device", "mia")),
    ("10:20", tap("returned", "pupil")),
)
# fmt: on


def this_morning(story):
    """The steps of today. Nothing has happened in the future: before its time a step is done now."""
    for at, step in TODAY:
        with clock.frozen(min(story.moment(0, at), clock.now())):
            step(story)
