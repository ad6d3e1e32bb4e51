"""Importing people: one of four files is chosen first, and the page says how far it has come."""

from flask import render_template

from blueprints.core.gate import allow, current_actor, quiet
from blueprints.imports.flow import EXAMPLE, ImportPages, Looking, Sending, register_import
from blueprints.people.routes import blueprint
from rules.auth.permissions import Permission
from rules.imports.plan import LineOutcome
from rules.people import importing
from rules.people.import_lines import KINDS
from rules.people.importing import progress_of


@blueprint.get("/import/")
@allow(Permission.MANAGE_PEOPLE)
def import_choose():
    """Which of the four files."""
    return render_template("people/imports.html", import_kinds=KINDS.values())


@blueprint.get("/import/progress")
@allow(Permission.MANAGE_PEOPLE)
@quiet
def import_progress():
    """How far my import has come, for the page that waits for it."""
    return render_template("people/_import_progress.html", progress=progress_of(current_actor()))


def _sending(what):
    kind, left_out = KINDS[what], ". You may leave this column out: then it stays as it is"
    return Sending(
        title=f"Import: {kind.title}",
        back=("/people/import", "Back to the choice of files"),
        template=(what, kind.template()),
        after=EXAMPLE,
        columns=tuple((column.name, column.says + ("" if column.required else left_out)) for column in kind.columns),
        button="Look at what it would change",
    )


register_import(
    blueprint,
    ImportPages(
        rules=importing,
        permission=Permission.MANAGE_PEOPLE,
        address="/import",
        kinds=tuple(KINDS),
        choose="people.import_choose",
        sending=_sending,
        looking=Looking(
            title="What this file would change",
            headings={
                "refused": "Cannot be imported",
                "new": "New",
                "changed": "Changed",
                "unchanged": "Stays as it is",
            },
            who="Who",
            apply="Import all of it",
            cancel="Do not import",
            nothing="import: everything is here already as the file says.",
            done="imported",
            effect="changed",
            progress="/people/import/progress",
        ),
        home="people.import_choose",
        says=lambda n: (
            f"Imported: {n[LineOutcome.NEW]:,} new, {n[LineOutcome.CHANGED]:,} changed, "
            f"{n[LineOutcome.UNCHANGED]:,} as before."
        ),
    ),
)
