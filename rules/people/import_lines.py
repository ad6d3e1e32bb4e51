"""The four files of people that can be imported, and what a line of each would do (clauses 5.7, 5.14)."""

import csv
import io
from typing import NamedTuple

from enums import ParentAccess, Role
from rules.auth.permissions import ROLE_NAMES
from rules.core.parsing import read_day, read_time
from rules.core.text import one_line, text_error
from rules.imports.plan import Line, LineOutcome, parts_of, refuse
from rules.people.families import ACCESS_WORDS, relation_error
from rules.people.people import CHANGE_WORDS, PersonDetails, errors_in, formula_error
from rules.people.rights import may_edit_holder, may_give

FIELDS = {
    "name": "name",
    "team": "team",
    "class": "team",
    "year": "year_group",
    "date_of_birth": "born_on",
    "starts": "starts_work_at",
    "ends": "ends_work_at",
}
READ = {
    "born_on": (read_day, "The date of birth cannot be read. Write it like this: 23/11/2013"),
    "starts_work_at": (read_time, "The time “starts” cannot be read. Write it like this: 08:30"),
    "ends_work_at": (read_time, "The time “ends” cannot be read. Write it like this: 16:00"),
}


class PersonStep(NamedTuple):
    """What a line does to somebody: `person` is their row, or None for somebody new; None elsewhere: no change."""

    person: object
    details: PersonDetails
    changed: tuple
    roles: tuple
    classes: tuple | None
    active: bool | None


class _Reading:
    """One line as it is read. What is wrong with it gathers in `faults`."""

    def __init__(self, kind, row, school):
        self.kind, self.row, self.faults = kind, row, []
        self.username = row["username"].strip().lower()
        self.person = school.people.get(self.username)
        self.held = school.roles_of(self.person)
        self.details = self._details()
        self.roles = self._roles()
        self.classes = self._classes()
        self.active = self._active()

    def _details(self):
        current = {name: getattr(self.person, name) for name in CHANGE_WORDS} if self.person else {}
        said = {FIELDS[column]: cell for column, cell in self.row.items() if column in FIELDS}
        for field, (read, error) in READ.items():
            if field in said:
                try:
                    said[field] = read(said[field]) if said[field] else None
                except ValueError:
                    self.faults.append(error)
                    del said[field]
        details = PersonDetails(**{**current, **said, "username": self.username}).cleaned()
        self.faults += errors_in(details).values()
        texts = (("A team or class", details.team), ("A year group", details.year_group))
        self.faults += filter(None, (formula_error(*text) for text in texts))
        return details

    def _roles(self):
        if self.kind.role:
            return [self.kind.role]
        words = parts_of(self.row["roles"].lower())
        for word in words:
            if word not in set(Role):
                self.faults.append(f"There is no role “{word[:40]}”. Use one of: {', '.join(Role)}")
        return [Role(word) for word in words if word in set(Role)]

    def _classes(self):
        if "classes" not in self.row:
            return None
        classes = parts_of(self.row["classes"])
        if classes and Role.STAFF_DIRECT not in {*self.roles, *self.held}:
            self.faults.append("Only staff who work directly with children work in a class. Give the role staff-direct")
        for name in classes:
            if error := text_error(name, 100) or formula_error("A class", name):
                self.faults.append(error)
        return tuple(sorted(classes))

    def _active(self):
        """True or False as the line says; None where the file has no such column."""
        if "active" not in self.row:
            return None
        word = self.row["active"].lower()
        if word not in YES | NO:
            self.faults.append("Write yes or no in the column “active”")
        return word not in NO


def person_line(actor, kind, number, row, school, seen):
    """What becomes of a line about somebody. `seen` are the usernames of earlier lines, with their numbers."""
    line = _Reading(kind, row, school)
    who = f"{line.details.name or '?'} ({line.username or '?'})"
    if line.username in seen:
        return refuse(number, who, f"This username stands on line {seen[line.username]} already. Take one out")
    seen[line.username] = number
    if faults := [*line.faults, *_mixed_up(line)]:
        return refuse(number, who, *faults)
    if line.person is None:
        return _newcomer(actor, number, who, line)
    return _known(actor, number, who, line, school.classes_of(line.person))


def _mixed_up(line):
    """A username that belongs to somebody else: a pupil's line must not rename a teacher, nor the other way round."""
    is_pupil, to_be_pupil = Role.PUPIL in line.held, Role.PUPIL in line.roles
    if line.held and is_pupil != to_be_pupil:
        words = "a pupil" if is_pupil else "somebody who is not a pupil"
        yield f"This username belongs to {words}. Use another one"


def _newcomer(actor, number, who, line):
    if not line.roles:
        return refuse(number, who, "Give at least one role")
    if faults := list(_not_to_give(actor, line.roles)):
        return refuse(number, who, *faults)
    if line.active is False:
        return Line(number, who, LineOutcome.UNCHANGED, ("has left, and was never here",))
    step = PersonStep(None, line.details, (), tuple(line.roles), line.classes or None, None)
    return Line(number, who, LineOutcome.NEW, tuple(ROLE_NAMES[role] for role in line.roles), step)


def _not_to_give(actor, roles):
    return (f"Only the headteacher gives the role {role}" for role in roles if not may_give(actor, role))


def _known(actor, number, who, line, classes):
    changed = tuple(name for name in CHANGE_WORDS if getattr(line.person, name) != getattr(line.details, name))
    missing = tuple(role for role in line.roles if role not in line.held)
    others = line.classes if line.classes is not None and set(line.classes) != set(classes) else None
    active = line.active if line.active not in {None, line.person.active} else None
    step = PersonStep(line.person, line.details, changed, missing, others, active)
    says = tuple(_changes(step))
    if not says:
        return Line(number, who, LineOutcome.UNCHANGED)
    if faults := list(_not_to_change(actor, line, step)):
        return refuse(number, who, *faults)
    return Line(number, who, LineOutcome.CHANGED, says, step)


def _changes(step):
    """What changes, in words."""
    yield from (CHANGE_WORDS[name] for name in step.changed)
    yield from (f"gets the role {ROLE_NAMES[role]}" for role in step.roles)
    if step.classes is not None:
        yield f"works in: {', '.join(step.classes) or 'no class'}"
    if step.active is not None:
        yield "becomes active again" if step.active else "becomes inactive"


def _not_to_change(actor, line, step):
    """Why this actor cannot make this change, in words."""
    if not may_edit_holder(actor, line.held):
        yield "Only the headteacher can change this person"
    yield from _not_to_give(actor, step.roles)
    if line.person.id == actor.id and step.roles:
        yield "You cannot change your own roles. Somebody else has to"
    if line.person.id == actor.id and step.active is not None:
        yield "You cannot make yourself inactive. Somebody else has to"


# --- Family links -------------------------------------------------------------------------------------------


class LinkStep(NamedTuple):
    """What a line does to a family: `link` is the row that changes, or None for a new one. The people are ids."""

    link: object
    child: int
    parent: int
    relation: str
    access: ParentAccess


def link_line(actor, number, row, school, seen):
    """What becomes of a line about a child and a parent. `seen` are the pairs of earlier lines, with their numbers."""
    pair = child_name, parent_name = row["child"].lower(), row["parent"].lower()
    relation, access = one_line(row["relation"]), row["access"].lower()
    who = f"{child_name or '?'} and {parent_name or '?'}"
    if pair in seen:
        return refuse(number, who, f"These two stand on line {seen[pair]} already. Take one out")
    seen[pair] = number
    child, parent = school.people.get(child_name), school.people.get(parent_name)
    faults = [*_people_faults(school, child, parent, pair), *_word_faults(relation, access)]
    if faults:
        return refuse(number, who, *faults)
    step = LinkStep(school.links.get((child.id, parent.id)), child.id, parent.id, relation, ParentAccess(access))
    return _planned(actor, number, f"{child.name} and {parent.name}", step, school.roles_of(child), school.links)


def _people_faults(school, child, parent, pair):
    if child is not None and child is parent:
        yield "Nobody is their own parent or carer"
        return
    for person, username, role, word in (
        (child, pair[0], Role.PUPIL, "pupil"),
        (parent, pair[1], Role.PARENT, "parent or carer"),
    ):
        if person is None:
            yield f"There is no {word} with the username “{username[:40]}”. Import them first"
        elif role not in school.roles_of(person):
            yield f"{person.name} ({person.username}) does not have the role of a {word}"


def _word_faults(relation, access):
    if error := relation_error(relation) or formula_error("A relation", relation):
        yield error
    if access not in set(ParentAccess):
        yield f"There is no access “{access[:40]}”. Use one of: {', '.join(ParentAccess)}"


def _planned(actor, number, who, step, roles_of_child, links):
    says = (f"{step.relation}, who {ACCESS_WORDS[step.access]}",)
    if step.link and (step.link.relation, step.link.access) == (step.relation, step.access):
        return Line(number, who, LineOutcome.UNCHANGED)
    if step.parent == actor.id or (step.child, actor.id) in links:
        return refuse(number, who, "You cannot change your own family links. Somebody else has to")
    if not may_edit_holder(actor, roles_of_child):
        return refuse(number, who, "Only the headteacher can change this person")
    return Line(number, who, LineOutcome.CHANGED if step.link else LineOutcome.NEW, says, step)


# --- The four files -----------------------------------------------------------------------------------------


YES = frozenset({"yes", "y", "true", "1", ""})
NO = frozenset({"no", "n", "false", "0"})


class Column(NamedTuple):
    """One column: its name in the file, what it says, an example. A new line needs each that is `required`."""

    name: str
    says: str
    example: str
    required: bool = False


class Kind(NamedTuple):
    """One of the four files. `role` is the one that everybody in it holds; staff have theirs in a column."""

    id: str
    title: str
    columns: tuple
    role: Role | None = None

    @property
    def names(self):
        return tuple(column.name for column in self.columns)

    @property
    def required(self):
        """The names of the columns that must be there."""
        return tuple(column.name for column in self.columns if column.required)

    def template(self):
        """The file to start from, as text: the first line, and an example."""
        out = io.StringIO()
        csv.writer(out).writerows([self.names, [column.example for column in self.columns]])
        return out.getvalue()


def _username(example):
    return Column("username", "small letters, digits, dots or hyphens", example, required=True)


def _name(example):
    return Column("name", "full name", example, required=True)


_ACTIVE = Column("active", "yes or no; no for somebody who has left, who can then no longer sign in", "yes")
KINDS = {
    kind.id: kind
    for kind in (
        Kind(
            "staff",
            "Staff",
            (
                _username("sam.hart"),
                _name("Sam Hart"),
                Column("team", "their team", "Heron class"),
                Column("roles", f"with “;” between them: {', '.join(Role)}", "staff-direct", required=True),
                Column("starts", "when their working day starts", "08:30"),
                Column("ends", "when their working day ends", "16:00"),
                Column("classes", "the classes they work in, with “;” between them", "Heron class;Kestrel class"),
                _ACTIVE,
            ),
        ),
        Kind(
            "pupils",
            "Pupils",
            (
                _username("robin.hill"),
                _name("Robin Hill"),
                Column("class", "their class", "Heron class", required=True),
                Column("year", "their year group", "8"),
                Column("date_of_birth", "like 23/11/2013", "23/11/2013"),
                _ACTIVE,
            ),
            Role.PUPIL,
        ),
        Kind(
            "parents",
            "Parents and carers",
            (_username("dana.hill"), _name("Dana Hill"), _ACTIVE),
            Role.PARENT,
        ),
        Kind(
            "links",
            "Who is whose parent or carer",
            (
                Column("child", "the pupil’s username", "robin.hill", required=True),
                Column("parent", "the parent’s or carer’s username", "dana.hill", required=True),
                Column("relation", "what they are to the child", "mother", required=True),
                Column("access", f"what they may know: {', '.join(ParentAccess)}", "signs", required=True),
            ),
        ),
    )
}
