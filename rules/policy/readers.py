"""Reading the entries of a policy pack: what each consists of, and what it may say.

Each reader takes a Value and raises PolicyFileError, with all the faults of the entry.
"""

import re
from functools import partial

from enums import ObligationTiming, Role
from rules.core.easy_read import PICTURES
from rules.policy.schema import (
    Clause,
    Device,
    Expectation,
    LinkedDocument,
    Notice,
    Obligation,
    Procedure,
    Purpose,
    RegularVisits,
    School,
    SchoolDay,
    SignPlace,
    Source,
    Visitors,
    Zone,
)
from rules.policy.source import read_all

NOTHING = type(None)  # the reading of what is not there: called, it gives None


def entries(value, read_one):
    """A list of entries, no two with the same id."""
    seen = set()

    def read(part):
        entry = read_one(part)
        if entry.id in seen:
            raise part.refuse(f"the id “{entry.id}” is taken by an entry above; choose another")
        seen.add(entry.id)
        return entry

    return each_of(value, read)


def each_of(value, read_one):
    """A list, each of its values read by the same reader."""
    return tuple(read_all([partial(read_one, part) for part in value.items()]))


def made(kind, **readings):
    """An entry from the reading of each of its fields: a fault in one does not hide those in the others."""
    return kind(**dict(zip(readings, read_all(readings.values()), strict=True)))


def if_there(fields, key, read):
    """The reading of a field that may be left out: None then."""
    return partial(read, fields[key]) if key in fields else NOTHING


def if_known(fields, key, read):
    """The reading of a field that may be left out, or be null while nobody knows it: None then."""
    return NOTHING if key not in fields or fields[key].is_null() else partial(read, fields[key])


def easy_lines(value):
    """Lines in easy-read, as pairs of a picture and a sentence."""
    return each_of(value, _easy_line)


def _easy_line(value):
    fields = value.fields(["picture", "says"])
    return tuple(read_all([partial(fields["picture"].choice, frozenset(PICTURES), "picture"), fields["says"].text]))


def roles(value):
    return tuple(map(Role, value.choices(frozenset(Role), "role")))


# --- The front page, and what people acknowledge ------------------------------------------------------------


PUBLISHERS = frozenset({"group", "school", "DfE"})
# The texts that people acknowledge beside their obligations (clause 8.5).
PROCEDURES = ("complaints", "whistleblowing")


def school(value):
    """The policy's front page."""
    optional = ["approved_by", "in_force_from", "monitoring_easy"]
    fields = value.fields([name for name in School._fields if name not in optional], optional)
    return made(
        School,
        name=fields["name"].text,
        title=fields["title"].text,
        implemented=fields["implemented"].month,
        reviewed=fields["reviewed"].month,
        review_due=fields["review_due"].date,
        approved_on=if_known(fields, "approved_on", lambda field: field.date()),
        approved_by=if_known(fields, "approved_by", lambda field: field.text()),
        in_force_from=if_known(fields, "in_force_from", lambda field: field.date()),
        monitored_by=partial(roles, fields["monitored_by"]),
        day=partial(_school_day, fields["day"]),
        academic_year_ends=fields["academic_year_ends"].month_day,
        sources=partial(each_of, fields["sources"], _source),
        monitoring_notice=fields["monitoring_notice"].text,
        monitoring_easy=if_there(fields, "monitoring_easy", easy_lines),
        linked_documents=partial(each_of, fields["linked_documents"], _linked_document),
    )


def _school_day(value):
    fields = value.fields(["opens", "closes"], ["pupils_come", "pupils_leave"])
    day = made(SchoolDay, **{name: field.time for name, field in fields.items()})
    if day.opens >= day.closes:
        raise fields["closes"].refuse(f"the day must close after it opens at {day.opens}; write a later time")
    if day.pupils_come >= day.pupils_leave:
        said = fields.get("pupils_leave", fields.get("pupils_come"))
        raise said.refuse(f"pupils must leave after they come at {day.pupils_come}; write another time")
    return day


def _source(value):
    fields = value.fields(["title", "edition"])
    return made(Source, title=fields["title"].text, edition=fields["edition"].text)


def _linked_document(value):
    fields = value.fields(["title", "publisher"])
    publisher = partial(fields["publisher"].choice, PUBLISHERS, "publisher")
    return made(LinkedDocument, title=fields["title"].text, publisher=publisher)


def procedures(value):
    """The texts to acknowledge: each of them, and no other."""
    procedures = entries(value, _procedure)
    for missing in [name for name in PROCEDURES if name not in {procedure.id for procedure in procedures}]:
        raise value.refuse(f"the text of “{missing}” is missing; add an entry with this id")
    return procedures


def _procedure(value):
    fields = value.fields(["id", "title", "for", "says"], ["easy"])
    return made(
        Procedure,
        id=partial(fields["id"].choice, PROCEDURES, "procedure"),
        title=fields["title"].text,
        roles=partial(roles, fields["for"]),
        says=partial(each_of, fields["says"], lambda line: line.text()),
        easy=if_there(fields, "easy", easy_lines),
    )


# --- The entries --------------------------------------------------------------------------------------------


# So many lines of so many characters in large print are one sheet of A4, which a sign has to be.
MOST_LINES, LONGEST_LINE = 7, 100
LONGEST_SPELL = 366  # days within which visits are counted
CLAUSE_ID = re.compile(r"[0-8]\.[0-9]{1,2}[a-d]?")


def zone(value):
    fields = value.fields(["id", "name", "exemptions"])
    return made(Zone, id=fields["id"].identifier, name=fields["name"].text, exemptions=fields["exemptions"].flag)


def device(value):
    fields = value.fields(["id", "name"])
    return made(Device, id=fields["id"].identifier, name=fields["name"].text)


def purpose(value, known, forms):
    """What a device is for; `known` are the clauses there are, `forms` the kinds of exemption."""
    fields = value.fields(["id", "name", "kinds"], ["refused_by", "refusal"])
    if ("refused_by" in fields) != ("refusal" in fields):
        raise value.refuse("refused_by and refusal belong together; write both or neither")
    return made(
        Purpose,
        id=fields["id"].identifier,
        name=fields["name"].text,
        kinds=partial(fields["kinds"].choices, forms, "kind"),
        refused_by=if_there(fields, "refused_by", lambda field: field.choice(known, "clause")),
        refusal=if_there(fields, "refusal", lambda field: field.text()),
    )


def clause(value):
    """A clause in a few plain words."""
    fields = value.fields(["id", "title", "gist", "for"])
    reason = 'a clause is a number like "4.1" or "5.7a", in quotes'
    return made(
        Clause,
        id=partial(fields["id"].matching, CLAUSE_ID, reason),
        title=fields["title"].text,
        gist=fields["gist"].text,
        roles=partial(roles, fields["for"]),
    )


def obligation(value, known, forms):
    """One thing that somebody must do; `known` are the clauses there are, `forms` the kinds of exemption."""
    fields = value.fields(["id", "clauses", "for", "when", "says"], ["before", "form", "easy"])
    return made(
        Obligation,
        id=fields["id"].identifier,
        clauses=partial(fields["clauses"].choices, known, "clause"),
        roles=partial(roles, fields["for"]),
        when=partial(_when, fields),
        before=if_there(fields, "before", lambda field: field.text()),
        form=if_there(fields, "form", lambda field: field.choice(forms, "form")),
        says=fields["says"].text,
        easy=if_there(fields, "easy", easy_lines),
    )


def _when(fields):
    when = ObligationTiming(fields["when"].choice(frozenset(ObligationTiming), "time"))
    if when is ObligationTiming.BEFORE and "before" not in fields:
        raise fields["when"].refuse("with “when: before” a line “before: …” must say before what; add it")
    if when is not ObligationTiming.BEFORE and "before" in fields:
        raise fields["before"].refuse("this line goes only with “when: before”; delete it or change when")
    return when


def notice(value, forms, devices):
    """What people are told when they ask for a kind of exemption."""
    fields = value.fields(["id", "kinds", "devices", "title", "says", "source"])
    return made(
        Notice,
        id=fields["id"].identifier,
        kinds=partial(fields["kinds"].choices, forms, "kind"),
        devices=partial(fields["devices"].choices, devices, "device"),
        title=fields["title"].text,
        says=fields["says"].text,
        source=fields["source"].text,
    )


def agreement(value):
    """The agreement's template, its points as lines of one text."""
    fields = value.fields(["expectations", "sanctions", "easy"])
    readings = [partial(each_of, fields[name], lambda line: line.text()) for name in ("expectations", "sanctions")]
    expectations, sanctions, easy = read_all([*readings, partial(easy_lines, fields["easy"])])
    return {
        "expectations": "\n".join(expectations),
        "sanctions": "\n".join(sanctions),
        "easy": [list(line) for line in easy],
    }


def assessment(value):
    """What a risk assessment starts from, as its id and its answers."""
    fields = value.fields(["id", "hazards", "who", "controls", "residual"])
    readings = {key: field.text for key, field in fields.items() if key != "id"}
    name, *answers = read_all([fields["id"].identifier, *readings.values()])
    return name, dict(zip(readings, answers, strict=True))


def visitors(value, known, zones):
    """What visitors read, and where; `known` are the clauses there are, `zones` the places."""
    fields = value.fields(["expects", "signs", "free_places", "regular"])
    lines = fields["expects"].items()
    if len(lines) > MOST_LINES:
        raise lines[MOST_LINES].refuse(f"a sign has room for {MOST_LINES} lines; delete this one or join two")
    return made(
        Visitors,
        expects=partial(each_of, fields["expects"], partial(_expectation, known=known)),
        signs=partial(entries, fields["signs"], _sign_place),
        free_places=partial(fields["free_places"].choices, zones, "place"),
        regular=partial(_regular, fields["regular"]),
    )


def _regular(value):
    fields = value.fields(["visits", "days"])
    days = fields["days"].number(1, LONGEST_SPELL)
    return RegularVisits(fields["visits"].number(1, days), days)


def _expectation(value, known):
    fields = value.fields(["clause", "says", "picture", "easy"])
    return made(
        Expectation,
        clause=partial(fields["clause"].choice, known, "clause"),
        says=partial(_short, fields["says"]),
        picture=partial(fields["picture"].choice, frozenset(PICTURES), "picture"),
        easy=partial(_short, fields["easy"]),
    )


def _short(value):
    if len(value.text()) > LONGEST_LINE:
        raise value.refuse(f"a line of a sign has room for {LONGEST_LINE} characters; shorten this one")
    return value.text()


def _sign_place(value):
    fields = value.fields(["id", "name"])
    return made(SignPlace, id=fields["id"].identifier, name=fields["name"].text)
