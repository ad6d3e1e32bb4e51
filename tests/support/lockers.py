"""What the tests of lockers say over and over: lockers that stand there, and pupils of further classes."""

from enums import LockerArea, Role
from models import Locker
from rules.auth.actors import actor_of_person
from rules.lockers import assignments, hand_in, lockers
from rules.people import people


def a_locker(number="1", area=LockerArea.PUPILS):
    """A locker; its id."""
    return Locker.insert(area=area.value, number=number).execute()


def some_lockers(*numbers, area=LockerArea.PUPILS):
    """Several lockers; their ids."""
    return [a_locker(number, area) for number in numbers]


def use_of(actor, locker):
    """The id of the present use of a locker, or None."""
    return lockers.find(actor, locker).use


def given(actor, person, number="1", area=LockerArea.PUPILS):
    """A locker that somebody (an actor) has; its id."""
    locker = a_locker(number, area)
    assignments.give(actor, locker, person.id)
    return locker


def a_pupil(username, name="Extra Pupil", team="Kestrel class"):
    """One more pupil, as an actor."""
    return actor_of_person(people.add_from_the_start(people.PersonDetails(username, name, team), (Role.PUPIL,)))


def tile_of(actor, pupil):
    """The tile of a pupil (by id) on the morning page."""
    return next(tile for tile in hand_in.morning(actor).tiles if tile.id == pupil)


def holders(actor, area=LockerArea.PUPILS):
    """Who has which locker: {number: name}, without the free ones."""
    return {locker.number: locker.name for locker in lockers.of_area(actor, area) if locker.use}
