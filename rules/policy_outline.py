"""Which parts of a draft of the policy are edited on the page, under which heading, and where they lie in its content.

The written agreement is not among them: it has a page of its own, where it counts at once (rules/agreements.py).
"""

from typing import NamedTuple

ALONE = "front"  # the key of the one entry of a section that is no list


class Section(NamedTuple):
    """A part that is edited. `path` leads to it in the content; `fields` are those of the front page, or none.

    `named_by` is the field from whose words the id of a new entry is made; where entries have no id, their number is
    their key. A `fixed` list always has the same entries; of a `kept` one those of the base version stay, because
    other records name them. `told` is what those who write it are told about the list.
    """

    id: str
    title: str
    one: str
    path: tuple
    fields: tuple = ()
    named_by: str = ""
    fixed: bool = False
    kept: bool = False
    told: str = ""

    @property
    def listed(self):
        """Whether it is a list."""
        return not self.fields


FRONT = ("title", "implemented", "reviewed", "review_due", "approved_by", "approved_on", "in_force_from")
THE_FORMS = "Which forms there are is part of the program: no policy can add one."
# The sections under their headings, in the order of the page.
GROUPS = {
    "The text": (
        Section("obligations", "What everybody must do", "line", ("obligations",), named_by="says"),
        Section(
            "clauses",
            "Clauses",
            "clause",
            ("clauses",),
            named_by="id",
            kept=True,
            told="Lines, exemptions and the audit trail name clauses by number, so a clause stays, with its number.",
        ),
        Section("procedures", "Complaints and whistleblowing", "text", ("procedures",), fixed=True),
        Section("monitoring", "Monitoring notice", "notice", ("school",), ("monitoring_notice", "monitoring_easy")),
        Section("sources", "National guidance it follows", "source", ("school", "sources")),
        Section("documents", "Documents to read with it", "document", ("school", "linked_documents")),
    ),
    "The front page": (
        Section("dates", "Title, dates and approval", "dates", ("school",), FRONT),
        Section(
            "school",
            "The school, and who watches over the policy",
            "school",
            ("school",),
            ("name", "monitored_by", "academic_year_ends"),
        ),
        Section(
            "times",
            "Times of the school day",
            "times",
            ("school", "day"),
            ("opens", "closes", "pupils_come", "pupils_leave"),
        ),
    ),
    "Places, devices and forms": (
        Section(
            "places",
            "Places",
            "place",
            ("zones",),
            named_by="name",
            kept=True,
            told="Requests name these places, so a place stays. You can change its name, and whether people can ask.",
        ),
        Section(
            "devices",
            "Kinds of device",
            "kind of device",
            ("devices",),
            named_by="name",
            kept=True,
            told="Requests and records name these kinds, so a kind of device stays. You can change its name.",
        ),
        Section(
            "purposes",
            "What a device may be used for",
            "use",
            ("purposes",),
            named_by="name",
            kept=True,
            told="Requests name these uses, so a use stays. To stop it, say which clause forbids it. " + THE_FORMS,
        ),
        Section(
            "notices",
            "What people are told on the forms",
            "notice",
            ("notices",),
            named_by="title",
            told="It stands on the form, and again where the request is decided. " + THE_FORMS,
        ),
        Section(
            "assessments",
            "What a risk assessment starts from",
            "text",
            ("assessments",),
            fixed=True,
            told="Whoever asks changes these words to fit, and signs. Which form has them is part of the program.",
        ),
    ),
    "Visitors": (
        Section("visitors", "What we expect of visitors", "line of the sign", ("visitors", "expects")),
        Section(
            "signs",
            "Where the signs hang",
            "sign",
            ("visitors", "signs"),
            named_by="name",
            told="A sign keeps its checks when you change its name. Nobody is sent to check one that you delete.",
        ),
        Section("free", "Where visitors need no permission", "list of places", ("visitors",), ("free_places",)),
        Section("regular", "Who comes regularly", "numbers", ("visitors", "regular"), ("visits", "days")),
    ),
}
SECTIONS = {section.id: section for group in GROUPS.values() for section in group}
