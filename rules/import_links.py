"""What a line of a file of family links would do (clauses 5.7, 5.14)."""

from typing import NamedTuple

from enums import ParentAccess, Role
from rules.family_links import ACCESS_WORDS, relation_error
from rules.import_plan import Line, Standing, refuse
from rules.people import formula_error
from rules.people_rights import may_edit_holder
from rules.text import one_line


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
        return Line(number, who, Standing.UNCHANGED)
    if step.parent == actor.id or (step.child, actor.id) in links:
        return refuse(number, who, "You cannot change your own family links. Somebody else has to")
    if not may_edit_holder(actor, roles_of_child):
        return refuse(number, who, "Only the headteacher can change this person")
    return Line(number, who, Standing.CHANGED if step.link else Standing.NEW, says, step)
