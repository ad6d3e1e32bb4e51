"""The invented people of the demo school. Nobody here is real."""

from models import Role

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
    ("governor", "Edwin Harcastle", "Governors", (Role.GOVERNOR,), None, None),
    ("director", "Rosalind Peverell", "Region", (Role.REGIONAL_DIRECTOR, Role.GOVERNOR), None, None),
    ("volunteer", "Joss Underhay", "Reading volunteers", (Role.REGULAR_VISITOR,), None, None),
    ("deputydsl", "Nia Brackenbury", "Safeguarding", (Role.DEPUTY_DSL, Role.STAFF_DIRECT), "08:30", "16:00"),
    ("music", "Leo Finchley-Moss", "Music", (Role.STAFF_DIRECT,), "09:00", "15:30"),
    ("site", "Gwen Ashdown", "Site team", (Role.STAFF_NONDIRECT,), "07:30", "15:30"),
)
