"""The forms of what people must do and acknowledge, filled from an entry of the draft and read back into one."""

from wtforms.fields import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError

from blueprints.core.fields import Needed
from blueprints.core.forms import StrictForm
from enums import ObligationTiming
from rules.agreements.terms import easy_lines, easy_text
from rules.auth.permissions import ROLE_NAMES
from rules.core.easy_read import PICTURES
from rules.core.text import tidy
from rules.exemption_kinds import KINDS

EASY = "One short sentence a line, after a picture’s name in brackets, like: (phone) Put your phone away."
ROLES = list(ROLE_NAMES.items())
# Fields of an entry whose form field has another name: no form has a field by the name of who has approved a request.
RENAMED = {"for": "roles", "approved_by": "approver", "id": "number"}


class EntryForm(StrictForm):
    """An entry of a content. `seen` is the fingerprint of what was opened; `CHOICES` are the choices of its fields.

    The choices of the fields in `NAMED` are the entries of a part of the content; those in `ONCE` only a new entry has.
    """

    CHOICES = {}  # noqa: RUF012 (each form has its own)
    NAMED = {}  # noqa: RUF012
    ONCE = ()
    seen = HiddenField()
    after = HiddenField()

    def __init__(self, content, **more):
        super().__init__(**more)
        for name, choices in self.CHOICES.items():
            self[name].choices = choices
        for name, part in self.NAMED.items():
            self[name].choices = [(named["id"], named["name"]) for named in content[part]]

    @classmethod
    def of(cls, content, entry, **more):
        """The form of an entry of a content, as it is."""
        form = cls(content, data=cls.filled(entry), **more)
        for name in cls.ONCE:
            del form[name]
        return form

    @staticmethod
    def filled(entry):
        """What stands in the fields for an entry."""
        return {RENAMED.get(name, name): value for name, value in entry.items()}

    def entry(self):
        """The entry that the fields say."""
        names = {field: name for name, field in RENAMED.items()}
        said = {names.get(field.name, field.name): field.data for field in self.shown}
        return {name: tidy(value) if isinstance(value, str) else value for name, value in said.items()}

    @property
    def shown(self):
        """The fields that people see."""
        return [field for field in self if not isinstance(field, HiddenField) and field.name != "csrf_token"]

    def add_entry_errors(self, errors):
        """Show what the rules have found at the fields; what lies elsewhere, at the first."""
        for name, message in errors.items():
            if name:
                self.add_errors({RENAMED.get(name, name): message})
            else:
                self.add_errors({self.shown[0].name: message})


class WithRoles(EntryForm):
    """An entry that is for some roles."""

    def validate_roles(self, field):
        if not field.data:
            raise ValidationError("Choose at least one role")


class WithEasy(WithRoles):
    """An entry that is for some roles, and may be there in easy-read."""

    def validate_easy(self, field):
        check_pictures(field)

    @staticmethod
    def filled(entry):
        easy = [(line["picture"], line["says"]) for line in entry.get("easy", ())]
        return {**EntryForm.filled(entry), "easy": easy_text(easy)}

    def entry(self):
        return without_nothing({**super().entry(), "easy": pictured(self.easy)})


def check_pictures(field):
    """Each line of easy-read names its picture."""
    for picture, words in easy_lines(field.data or ""):
        if not picture:
            raise ValidationError(f"Begin “{words[:30]}” with a picture’s name in brackets: {', '.join(PICTURES)}")


def pictured(field):
    """Lines of easy-read as an entry has them."""
    return [{"picture": picture, "says": words} for picture, words in easy_lines(field.data or "")]


def without_nothing(entry):
    """An entry without the fields in which there is nothing."""
    return {name: value for name, value in entry.items() if value not in ("", [], None)}


class ObligationForm(WithEasy):
    """One thing that people must do."""

    CHOICES = {  # noqa: RUF012
        "roles": ROLES,
        "when": [(when.value, when.value.capitalize()) for when in ObligationTiming],
        "form": [("", "No form"), *((kind.id, kind.title) for kind in KINDS.values())],
    }

    says = TextAreaField(
        "What must they do?",
        [Needed("Write what they must do")],
        description="Write to one person, short and simple: “Put your phone in your locker.”",
    )
    clauses = StringField(
        "Clauses", [Needed("Write the clause it comes from")], description="Their numbers, with commas: 2.4, 4.1"
    )
    roles = SelectMultipleField("Who is it for?", validate_choice=False)
    when = SelectField("When?", validate_choice=False)
    before = StringField(
        "Before what?",
        description="Only where you have chosen Before. It goes on after “Before you”: close an incident",
    )
    form = SelectField("Form that people can send for it", validate_choice=False)
    easy = TextAreaField("In easy-read", description=EASY)

    def validate_before(self, field):
        if self.when.data == ObligationTiming.BEFORE and not (field.data or "").strip():
            raise ValidationError("Say before what, for example: close a serious incident")

    @staticmethod
    def filled(entry):
        return {**WithEasy.filled(entry), "clauses": ", ".join(entry["clauses"])}

    def entry(self):
        said = {**super().entry(), "clauses": self.clauses.data.replace(",", " ").split()}
        if self.when.data != ObligationTiming.BEFORE:
            said.pop("before", None)
        return said


class ClauseForm(WithRoles):
    """A clause in a few plain words. Its number is chosen once."""

    CHOICES = {"roles": ROLES}  # noqa: RUF012
    ONCE = ("number",)

    number = StringField("Number", [Needed("Write the number of the clause")], description="Like 4.1 or 5.7a")
    title = StringField("Title", [Needed("Write a title")])
    gist = TextAreaField(
        "In plain English",
        [Needed("Write what it says")],
        description="A few short sentences of your own. Do not copy the document.",
    )
    roles = SelectMultipleField("Who is it for?", validate_choice=False)


class ProcedureForm(WithEasy):
    """A text that people read and acknowledge."""

    CHOICES = {"roles": ROLES}  # noqa: RUF012

    title = StringField("Title", [Needed("Write a title")])
    roles = SelectMultipleField("Who is it for?", validate_choice=False)
    says = TextAreaField("The text", [Needed("Write the text")], description="Each line is a paragraph.")
    easy = TextAreaField("In easy-read", description=EASY)

    @staticmethod
    def filled(entry):
        return {**WithEasy.filled(entry), "says": "\n\n".join(entry["says"])}

    def entry(self):
        return {**super().entry(), "says": list(filter(str.strip, tidy(self.says.data).splitlines()))}
