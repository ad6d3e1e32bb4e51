"""What the tests of the policy's drafts say over and over."""

from pathlib import Path

from rules.policy import draft, publishing, sections, versions
from rules.policy.sections import SECTIONS

SHIPPED = Path(__file__).resolve().parents[2] / "policy"
LINES, PLACES, DATES = SECTIONS["obligations"], SECTIONS["places"], SECTIONS["dates"]
LINE = "watch-over-the-policy"  # a line of the shipped policy for the headteacher, the DSL and the regional director
A_LINE = {"clauses": ["2.2"], "for": ["staff-direct"], "when": "always", "says": "Charge your phone at home."}


def entry(key=LINE, section=LINES):
    """An entry of the draft as it is now."""
    return sections.entry_of(draft.find().content, section, key)


def seen(key=LINE, section=LINES):
    """The fingerprint of an entry of the draft as it is now."""
    return sections.fingerprint(entry(key, section))


def keys(section=LINES):
    """The keys of the entries of a section of the draft, in their order."""
    return [key for key, _ in sections.entries(draft.find().content, section)]


def reword(actor, says, key=LINE, section=LINES):
    """Somebody changes the words of a line that they have just opened."""
    changed = {name: value for name, value in entry(key, section).items() if name != "id"}
    draft.save(actor, section, key, seen(key, section), {**changed, "says": says})


def publish(actor, note=""):
    """The draft as it is now is published; the number of the new version."""
    return publishing.publish(actor, draft.find().revision, versions.newest(), note)


def new_version(actor, says="Look at it each week.", key=LINE):
    """A version in which one line has other words; its number."""
    draft.begin(actor)
    reword(actor, says, key)
    return publish(actor)


def no_longer_offer(head, *zones):
    """A new version of the policy, in which nobody can ask for these places."""
    draft.begin(head)
    for zone in zones:
        kept = {name: value for name, value in entry(zone, PLACES).items() if name != "id"}
        draft.save(head, PLACES, zone, seen(zone, PLACES), {**kept, "exemptions": False})
    return publish(head)
