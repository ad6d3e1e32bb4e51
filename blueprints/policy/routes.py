"""The policy in plain English, clause by clause, its versions, and what is different between them."""

from flask import Blueprint, make_response, render_template, request

from blueprints.core import templating
from blueprints.core.gate import allow, current_actor
from enums import Role
from rules.auth.permissions import Permission
from rules.core.errors import NotFound
from rules.policy import differences as policy_differences
from rules.policy import draft, versions
from rules.policy.in_force import policy_version

blueprint = Blueprint("policy", __name__, url_prefix="/policy")


@blueprint.get("")
@allow(Permission.READ_POLICY)
def policy():
    """The version in force: each clause in a few plain words, its dates, and what to read with it."""
    shown = templating.policy()
    edition = versions.edition(shown.version)
    return render_template("policy/page.html", shown=shown, edition=edition, waiting=draft.waiting_for(current_actor()))


@blueprint.get("/history")
@allow(Permission.READ_POLICY)
def history():
    """Every version: who made it, when, and from which day it counts."""
    return render_template("policy/history.html", editions=versions.history())


@blueprint.get("/versions/<record:version>")
@allow(Permission.READ_POLICY)
def version(version):
    """One version, exactly as it was, with every line of what people must do."""
    edition = versions.edition(version)
    return render_template(
        "policy/version.html",
        shown=policy_version(version),
        edition=edition,
        lines=versions.content_of(version)["obligations"],
    )


@blueprint.get("/versions/<record:version>/file")
@allow(Permission.DRAFT_POLICY)
def version_file(version):
    """One version as a file that can be edited and read again."""
    return yaml_answer(f"policy-version-{version}", versions.as_file(version))


@blueprint.get("/differences")
@allow(Permission.READ_POLICY)
def differences():
    """What is different between two versions; without a choice, between the newest one and the one before it."""
    editions = versions.history()
    numbers = [edition.version for edition in editions]
    new = _chosen("new", numbers, numbers[0])
    old = _chosen("old", numbers, numbers[min(numbers.index(new) + 1, len(numbers) - 1)])
    role = asked_role()
    changes = policy_differences.between(old, new)
    chosen = {"editions": editions, "old": old, "new": new, "role": role}
    return render_template("policy/differences.html", changes=for_role(changes, role), **chosen)


def _chosen(name, numbers, usual):
    """The number of a version that was asked for. One that there is not is not found."""
    asked = request.args.get(name, "")
    if not asked:
        return usual
    if asked not in map(str, numbers):
        raise NotFound
    return int(asked)


def asked_role():
    """The role for which a list is filtered, or "" for all."""
    asked = request.args.get("role", "")
    return asked if asked in set(Role) else ""


def for_role(changes, role):
    """Of these changes those that somebody with a role sees."""
    return policy_differences.differences_for(frozenset({Role(role)}), changes) if role else changes


def yaml_answer(name, text):
    """An answer that a browser saves as `name`.yaml."""
    answer = make_response(text)
    answer.headers["Content-Type"] = "text/yaml; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return answer
