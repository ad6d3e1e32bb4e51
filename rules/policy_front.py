"""Reading the front page of a policy pack (clauses 0.1–0.3), and the texts that people acknowledge (clause 8.5)."""

from functools import partial

from rules.policy_entries import each_of, easy_lines, entries, if_known, if_there, made, roles
from rules.policy_parts import LinkedDocument, Procedure, School, SchoolDay, Source

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
        approved_on=if_known(fields, "approved_on", lambda each: each.date()),
        approved_by=if_known(fields, "approved_by", lambda each: each.text()),
        in_force_from=if_known(fields, "in_force_from", lambda each: each.date()),
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
    found = entries(value, _procedure)
    for missing in [name for name in PROCEDURES if name not in {each.id for each in found}]:
        raise value.refuse(f"the text of “{missing}” is missing; add an entry with this id")
    return found


def _procedure(value):
    fields = value.fields(["id", "title", "for", "says"], ["easy"])
    return made(
        Procedure,
        id=partial(fields["id"].choice, PROCEDURES, "procedure"),
        title=fields["title"].text,
        roles=partial(roles, fields["for"]),
        says=partial(each_of, fields["says"], lambda each: each.text()),
        easy=if_there(fields, "easy", easy_lines),
    )
