"""The policy pack: the school's policy as data, whole and checked.

It is read from the folder `policy/`, from one file that holds all of it, or from a draft. Nothing here asks the
database or the clock. What is read is JSON-ready: texts, True and False, tuples.
"""

from functools import partial

from rules.exemption_kinds import KINDS
from rules.policy import readers as policy_readers
from rules.policy.readers import entries
from rules.policy.schema import (
    Clause,
    Device,
    Expectation,
    LinkedDocument,
    Notice,
    Obligation,
    PolicyPack,
    Procedure,
    Purpose,
    RegularVisits,
    School,
    SchoolDay,
    SignPlace,
    Source,
    Zone,
)
from rules.policy.source import PolicyFileError, Value, node_of, read_all

__all__ = [
    "KNOWN_FORMS",
    "PARTS",
    "PolicyFileError",
    "as_content",
    "content_from",
    "read_content",
    "read_pack",
    "read_sent",
]

# The kinds of exemption that somebody can ask for.
KNOWN_FORMS = frozenset(KINDS)
# The parts of a pack, in the order in which one file has them. In the folder each is a file of its own.
PARTS = (
    *("school", "procedures", "clauses", "obligations", "zones", "devices"),
    *("purposes", "notices", "agreement", "assessments", "visitors"),
)


def read_pack(where, forms=KNOWN_FORMS):
    """Read a folder of files, or one file with all parts; `forms` are the kinds of exemption that exist.

    Raises PolicyFileError, which knows all the faults.
    """
    from rules.policy.yaml_files import read_file  # a start with a policy in the database reads no YAML

    if where.is_file():
        return _pack(read_file(where).fields(PARTS), forms)
    files = read_all(partial(read_file, where / f"{part}.yaml") for part in PARTS)
    return _pack(dict(zip(PARTS, files, strict=True)), forms)


def read_sent(name, raw):
    """Read a file that was sent in (its name and bytes), with all parts. Raises PolicyFileError."""
    from rules.policy.yaml_files import read_bytes

    return _pack(read_bytes(name, raw).fields(PARTS))


def read_content(content):
    """Read a pack from its content in memory. Raises PolicyFileError, whose faults lie at their paths."""
    return _pack(Value("the draft", node_of(content)).fields(PARTS))


def write_content(content):
    """The content of a pack as the text of one file, which can be read again."""
    from rules.policy.yaml_files import write

    return write(content)


def _pack(values, forms=KNOWN_FORMS):
    """The pack from the value of each part."""
    known, zones, devices = (values[part].claimed_ids() for part in ("clauses", "zones", "devices"))
    readers = {
        "school": policy_readers.school,
        "procedures": policy_readers.procedures,
        "clauses": _list_of(policy_readers.clause),
        "obligations": _list_of(policy_readers.obligation, known=known, forms=forms),
        "zones": _list_of(policy_readers.zone),
        "devices": _list_of(policy_readers.device),
        "purposes": _list_of(policy_readers.purpose, known=known, forms=forms),
        "notices": _list_of(policy_readers.notice, forms=forms, devices=devices),
        "agreement": policy_readers.agreement,
        "assessments": _assessments,
        "visitors": partial(policy_readers.visitors, known=known, zones=zones),
    }
    read = read_all(partial(readers[part], values[part]) for part in PARTS)
    return PolicyPack(**dict(zip(PARTS, read, strict=True)))


def _list_of(reader, **more):
    return partial(entries, read_one=partial(reader, **more))


def _assessments(value):
    return dict(read_all(partial(policy_readers.assessment, assessment) for assessment in value.items()))


# --- The other way round ------------------------------------------------------------------------------------


def content_from(pack):
    """A pack as its files say it: `read_content` makes the same pack of it."""
    return as_content(pack.stored)


def as_content(stored):
    """What a version keeps, as its files say it: `read_content` makes the same pack of it."""
    visitors, agreement = stored["visitors"], stored["agreement"]
    lists = {"clauses": Clause, "obligations": Obligation, "zones": Zone, "devices": Device, "purposes": Purpose}
    lists |= {"notices": Notice, "procedures": Procedure}
    content = {part: [_entry(kind, entry) for entry in stored[part]] for part, kind in lists.items()}
    content["school"] = _school(stored["school"])
    content["agreement"] = {
        **{name: agreement[name].splitlines() for name in ("expectations", "sanctions")},
        "easy": _easy(agreement["easy"]),
    }
    content["assessments"] = [{"id": key, **answers} for key, answers in stored["assessments"].items()]
    content["visitors"] = {
        "expects": [_in_order(Expectation, entry) for entry in visitors["expects"]],
        "signs": [_in_order(SignPlace, entry) for entry in visitors["signs"]],
        "free_places": visitors["free_places"],
        "regular": _in_order(RegularVisits, visitors.get("regular") or RegularVisits()._asdict()),
    }
    return {part: content[part] for part in PARTS}


def _school(stored):
    school = _in_order(School, stored)
    for name, kind in (("sources", Source), ("linked_documents", LinkedDocument)):
        school[name] = [_in_order(kind, entry) for entry in school[name]]
    school["day"] = _in_order(SchoolDay, school["day"])
    if easy := school.pop("monitoring_easy", None):
        school["monitoring_easy"] = _easy(easy)
    return school


def _entry(kind, stored):
    """An entry without what is left out, with `for` instead of `roles`."""
    said = {key: value for key, value in _in_order(kind, stored).items() if value is not None}
    if "easy" in said:
        said["easy"] = _easy(said["easy"])
    return {("for" if key == "roles" else key): value for key, value in said.items()}


def _in_order(kind, stored):
    """A mapping in the order in which its fields are declared; what is stored has them by the alphabet."""
    return {name: stored[name] for name in kind._fields if name in stored}


def _easy(lines):
    return [{"picture": picture, "says": says} for picture, says in lines]
