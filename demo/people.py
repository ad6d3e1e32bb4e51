"""The invented people of the demo school. Nobody here is real."""

from enums import ParentAccess, Role
from models import Person
from rules.auth.actors import actor_of_person
from rules.core import clock
from rules.people import classes, families
from rules.people.people import PersonDetails, add_from_the_start

DEMO_PASSWORD = "paper-boat-lantern"  # noqa: S105 (shown on the demo's sign-in page)

# username, name, team, roles, start and end of the working day
DEMO_PEOPLE = (
    ("head", "Hazel Winterbourne", "Leadership", (Role.HEADTEACHER, Role.STAFF_NONDIRECT), "08:00", "17:00"),
    ("deputy", "Tobias Marlowe", "Leadership", (Role.SLT, Role.STAFF_DIRECT), "08:00", "16:30"),
    ("dsl", "Imogen Farraday", "Safeguarding", (Role.DSL, Role.STAFF_DIRECT), "08:15", "16:30"),
    ("office", "Priya Lanternby", "Office", (Role.OFFICE, Role.STAFF_NONDIRECT), "08:00", "16:00"),
    ("teacher", "Samuel Oakenfold", "Kestrel class", (Role.STAFF_DIRECT,), "08:30", "16:00"),
    ("assistant", "Bea Thistlewood", "Kestrel class", (Role.STAFF_DIRECT,), "08:30", "15:30"),
    ("finance", "Martin Quillfeather", "Finance", (Role.STAFF_NONDIRECT,), "09:00", "17:00"),
    ("pupil", "Robin Applegarth", "Kestrel class", (Role.PUPIL,), None, None),
    ("parent", "Dana Applegarth", "", (Role.PARENT,), None, None),
    ("father", "Colm Applegarth", "", (Role.PARENT,), None, None),
    ("governor", "Edwin Harcastle", "Governors", (Role.GOVERNOR,), None, None),
    ("director", "Rosalind Peverell", "Region", (Role.REGIONAL_DIRECTOR, Role.GOVERNOR), None, None),
    ("volunteer", "Joss Underhay", "Reading volunteers", (Role.REGULAR_VISITOR,), None, None),
    ("deputydsl", "Nia Brackenbury", "Safeguarding", (Role.DEPUTY_DSL, Role.STAFF_DIRECT), "08:30", "16:00"),
    ("music", "Leo Finchley-Moss", "Music", (Role.STAFF_DIRECT,), "09:00", "15:30"),
    ("site", "Gwen Ashdown", "Site team", (Role.STAFF_NONDIRECT,), "07:30", "15:30"),
)

# Their years and birthdays; the others of the classes sign in with the same password, and stand on no list of logins.
# username, name, class, year, day of birth
DEMO_PUPILS = (
    ("pupil", "Robin Applegarth", "Kestrel class", "9", "2013-03-14"),
    ("mia", "Mia Applegarth", "Heron class", "11", "2011-06-02"),
    ("arlo", "Arlo Pennywhistle", "Kestrel class", "8", "2014-01-20"),
    ("arlo2", "Arlo Pennywhistle", "Kestrel class", "9", "2012-11-05"),
    ("saffron", "Saffron Quayle", "Kestrel class", "8", "2013-10-11"),
    ("ivo", "Ivo Merriweather", "Heron class", "11", "2011-02-27"),
    ("tamsin", "Tamsin Oakleaf", "Heron class", "10", "2012-02-29"),
)
DEMO_PARENTS = (("parent2", "Wren Pennywhistle"), ("parent3", "Bram Merriweather"))
# child, parent, relation, what they may know
DEMO_FAMILIES = (
    ("pupil", "parent", "mother", ParentAccess.SIGNS),
    ("mia", "parent", "mother", ParentAccess.SIGNS),
    ("pupil", "father", "father", ParentAccess.NOTHING),
    ("mia", "father", "father", ParentAccess.SEES),
    ("arlo", "parent2", "mother", ParentAccess.SIGNS),
    ("arlo2", "parent2", "aunt", ParentAccess.SIGNS),
    ("ivo", "parent3", "father", ParentAccess.SIGNS),
)
DEMO_CLASSES = (
    ("teacher", "Kestrel class"),
    ("assistant", "Kestrel class"),
    ("music", "Kestrel class"),
    ("music", "Heron class"),
    ("deputydsl", "Heron class"),
)


def add(password_hash):
    """Add them all, in the caller's transaction; the demo's logins are there already."""
    ids = {row.username: row.id for row in Person.select(Person.id, Person.username)}
    for username, name, team, _, _ in DEMO_PUPILS:
        if username not in ids:
            ids[username] = add_from_the_start(PersonDetails(username, name, team), (Role.PUPIL,))
    for username, name in DEMO_PARENTS:
        ids[username] = add_from_the_start(PersonDetails(username, name), (Role.PARENT,))
    for username, _, _, year, born in DEMO_PUPILS:
        Person.update(year_group=year, born_on=born).where(Person.id == ids[username]).execute()
    Person.update(password_hash=password_hash, made_at=clock.now()).where(Person.password_hash.is_null()).execute()
    office = actor_of_person(ids["office"])
    for child, parent, relation, access in DEMO_FAMILIES:
        families.save_link(office, ids[child], ids[parent], relation, access)
    for staff in sorted({name for name, _ in DEMO_CLASSES}):
        classes.save(office, ids[staff], (), [team for name, team in DEMO_CLASSES if name == staff])
