"""One way through an import: choose a file, look at what it would do, do all of it or nothing.

An area says in an `ImportPages` what is its own and calls `register_import`; the addresses and templates are the same.
"""

from collections.abc import Callable
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from wtforms.fields import TextAreaField

from blueprints.core.csv_response import csv_answer
from blueprints.core.forms import StrictForm, only_fields
from blueprints.core.gate import allow, current_actor, stands_on, takes_file, work
from rules.imports.csv_files import CsvFault
from rules.imports.plan import LineOutcome, Refused

# How many lines with each outcome a page shows. The counts are of all.
MOST_SHOWN = {LineOutcome.REFUSED: 500, LineOutcome.NEW: 200, LineOutcome.CHANGED: 200, LineOutcome.UNCHANGED: 200}
FROM_CSV = "The first line names the columns."
EXAMPLE = "It has an example: take it out."


class Sending(NamedTuple):
    """The page on which a file is chosen. `columns` are pairs of a column's name and what it says.

    `template` is the file to start from: its name and its text. `more` are further details: pairs of title and text.
    """

    title: str
    back: tuple
    columns: tuple
    template: tuple
    intro: str = FROM_CSV
    save: str = "Save a file to start from"
    after: str = EXAMPLE
    about: str = ""
    columns_title: str = "The columns"
    more: tuple = ()
    hint: str = "A CSV file of at most 5,000 lines"
    accepts: str = ".csv,text/csv"
    pasted: str = "With the names of the columns in the first line"
    button: str = "Look at what it would enter"


class Looking(NamedTuple):
    """The page that says what a file would do. `headings` are by outcome; `nothing` says why there is no step.

    `done` is what has been done with the lines, `effect` what has become of the records, where that is another word.
    """

    headings: dict
    who: str
    apply: str
    cancel: str
    nothing: str
    what: str = "What"
    title: str = "What this file would enter"
    done: str = "entered"
    effect: str = ""
    progress: str = ""


class ImportPages(NamedTuple):
    """What is an area's own of an import.

    `rules` have `look_at`, `apply_kept` and `give_up`. `address` is where the pages stand below their blueprint. Where
    one of several `kinds` of file is chosen first (on the page `choose`, an endpoint), `sending` is asked for one of
    them, and the rules are told it. `home` is the endpoint to go to afterwards, `says` the words for the plan done.
    """

    rules: object
    permission: object
    address: str
    sending: Callable
    looking: Looking
    home: str
    says: Callable
    kinds: tuple = ()
    choose: str = ""


class FileForm(StrictForm):
    """A file, or the same pasted. A file counts before what is pasted."""

    file = FileField("The file")
    pasted = TextAreaField("Or paste it here")

    def content(self):
        """What was sent, as bytes. Raises CsvFault where nothing was."""
        sent = self.file.data.read() if self.file.data else b""
        sent = sent or (self.pasted.data or "").encode("utf-8", "surrogatepass")
        if not sent.strip():
            raise CsvFault("Choose a file, or paste its lines below")
        return sent


def register_import(blueprint, pages):
    """Add the pages of an import to a blueprint, as its endpoints `import_send`, `import_look` and so on."""
    # The views stand inside, because each knows its `pages`; an own class of views would hide who may open them.
    one, of_kind = pages.address, pages.address
    template_at = f"{pages.address}/template"
    if pages.kinds:
        which = f"<any({', '.join(pages.kinds)}):what>"
        of_kind, template_at = f"{one}/{which}", f"{one}/templates/{which}"
    start = pages.choose or f"{blueprint.name}.import_send"

    def import_send(**kind):
        """Choose the file, or paste it."""
        return _send_page(pages, kind, FileForm(formdata=None))

    def import_look(**kind):
        """Say what the file would do. Nothing is changed yet."""
        form = FileForm()
        if form.sent():
            try:
                plan, token = pages.rules.look_at(current_actor(), *kind.values(), form.content())
            except CsvFault as fault:
                form.add_errors({"file": str(fault)})
            else:
                return _preview(pages, plan, token)
        return _send_page(pages, kind, form), 422

    def import_template(**kind):
        """Hand out a file to start from: the names of the columns, and an example."""
        return csv_answer(*pages.sending(**kind).template)

    def import_apply():
        """Do what was looked at: all of it, or nothing where a line can no longer be taken."""
        try:
            plan = pages.rules.apply_kept(current_actor(), _token())
        except Refused as refused:
            return _preview(pages, refused.plan, too_late=True), 409
        flash(pages.says(plan.counts))
        return redirect(url_for(pages.home), 303)

    def import_cancel():
        """Forget what was looked at."""
        pages.rules.give_up(current_actor(), _token())
        flash(f"Nothing was {pages.looking.done}.")
        return redirect(url_for(start), 303)

    for address, method, view in (
        (of_kind, "GET", import_send),
        (of_kind, "POST", takes_file(import_look)),
        (template_at, "GET", import_template),
        (f"{one}/apply", "POST", stands_on(start)(work(import_apply))),
        (f"{one}/cancel", "POST", stands_on(start)(import_cancel)),
    ):
        blueprint.add_url_rule(address, view.__name__, allow(pages.permission)(view), methods=[method])


def _send_page(pages, kind, form):
    template = url_for(f"{request.blueprint}.import_template", **kind)
    context = {"page": pages.sending(**kind), "where": _where(pages, **kind), "template": template}
    return render_template("imports/send.html", form=form, **context)


def _where(pages, what=None):
    """The address of the page on which a file, or one of a kind, is chosen; below it stand those that do it."""
    name = f"{request.blueprint}.import_send"
    return url_for(name, **({"what": what} if pages.kinds else {}))


def _preview(pages, plan, token=None, too_late=False):
    groups = [(outcome, plan.of(outcome)[:most]) for outcome, most in MOST_SHOWN.items()]
    kind = plan.kind.id if pages.kinds else None
    apply, cancel = (url_for(f"{request.blueprint}.import_{step}") for step in ("apply", "cancel"))
    context = {"page": pages.looking, "kind": plan.kind if kind else None, "where": _where(pages, kind)}
    page = {"plan": plan, "token": token, "groups": groups, "too_late": too_late, "apply": apply, "cancel": cancel}
    return render_template("imports/preview.html", **context, **page)


def _token():
    """The token of the file that was looked at, from its hidden field."""
    only_fields("token")
    return request.form.get("token") or abort(400)
