"""The page of one person, with the forms on it. One of them may come back with what was wrong in it."""

from flask import render_template

from blueprints.core.gate import current_actor
from blueprints.people.forms import ACCESS_LABELS, classes_form, details_form, link_form, role_form
from enums import Role
from rules.auth.actors import actor_of_person
from rules.people import families, rights, role_grants


def roles_of_person(person):
    """The roles that somebody (by id) holds or will hold."""
    return {Role(grant.role) for grant in role_grants.grants_of(person)}


def one_page(row, **posted):
    """The page and its status. `posted` is the form that was sent: `details`, `role`, `link` or `classes`."""
    actor = current_actor()
    grants = role_grants.grants_of(row.id)
    roles = {Role(grant.role) for grant in grants}
    parents, children = families.links_of(actor, row.id)
    may_edit = rights.may_edit(actor, actor_of_person(row.id))
    may_link = may_edit and families.is_outside(actor, row.id)
    forms = {
        "details": posted.get("details") or details_form(row, roles, fresh=True),
        "role": posted.get("role") or role_form(),
        "link": posted.get("link") or (link_form() if may_link and Role.PUPIL in roles else None),
        "classes": posted.get("classes") or (classes_form(row) if Role.STAFF_DIRECT in roles else None),
    }
    wrong = any(form.errors for form in posted.values())
    page = render_template(
        "people/one.html",
        person=row,
        forms=forms,
        wrong=wrong,
        grants=grants,
        parents=parents,
        children=children,
        access_labels=ACCESS_LABELS,
        may_edit=may_edit,
        may_link=may_link,
        may_give=lambda role: row.id != actor.id and rights.may_give(actor, Role(role)),
        myself=row.id == actor.id,
    )
    return page, 422 if wrong else 200
