"""The policy as YAML files: read so that every value knows its line, and written so that they can be read again.

Nothing is ever constructed from a file but text, yes/no, whole numbers, lists and mappings of those.
"""

import yaml

from rules.policy_errors import PolicyFileError
from rules.policy_values import FLAG, LIST, MAPPING, NOTHING, NUMBER, TEXT, Node, Value, hidden_in

# libyaml's reader is some ten times quicker; the pure one reads the same files.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
# A whole policy has some hundred kilobytes.
LARGEST_FILE = 1_000_000
# The pack needs five; a file that nests without end would exhaust the reader.
DEEPEST_NESTING = 8
TAG = "tag:yaml.org,2002:"
KINDS = {"scalar": {TEXT, FLAG, NUMBER, NOTHING}, "sequence": {LIST}, "mapping": {MAPPING}}


def read_file(path):
    """The one document of a policy file as a Value; PolicyFileError if it is missing or not plain YAML."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PolicyFileError(path.name, 1, "the file is missing or cannot be opened; put it back") from error
    return read_bytes(path.name, raw)


def read_bytes(name, raw):
    """The same of the content of a file with this name."""
    text = _text_of(name, raw)
    try:
        _refuse_what_the_pack_never_needs(name, text)
        node = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        raise _broken(name, error) from error
    if node is None:
        raise PolicyFileError(name, 1, "the file is empty; put back the last copy that worked")
    return Value(name, _node(node))


def write(content):
    """The policy as data, as the text of one file."""
    return yaml.dump(content, Dumper=DUMPER, allow_unicode=True, sort_keys=False, width=110)


def _node(node):
    """A node of YAML as one of ours."""
    line, fitting, tag = node.start_mark.line + 1, KINDS[node.id], node.tag.removeprefix(TAG)
    # What is tagged as something else is of no kind, and so is refused wherever it stands.
    kind = tag if tag in fitting else ""
    if isinstance(node, yaml.MappingNode):
        return Node(kind, tuple((_node(key), _node(value)) for key, value in node.value), line)
    if isinstance(node, yaml.SequenceNode):
        return Node(kind, tuple(map(_node, node.value)), line)
    return Node(kind, node.value, line)


def _text_of(name, raw):
    if len(raw) > LARGEST_FILE:
        raise PolicyFileError(name, 1, "the file is far larger than a policy is; is it the right one?")
    try:
        # Windows' Notepad puts a mark before the first letter: that is no mistake of the office's.
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PolicyFileError(name, line, "this is not UTF-8; save the file again as UTF-8") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if hidden := hidden_in(line):
            raise PolicyFileError(name, number, f"the line holds {hidden}; delete the line and type it again")
    return text


def _refuse_what_the_pack_never_needs(file, text):
    """Anchors and aliases hide what a line says, and can swell a small file; so can nesting without end."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None) is not None:
            raise PolicyFileError(file, line, "& and * shortcuts are not read here; write the words out in full")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST_NESTING:
            raise PolicyFileError(file, line, "too many lists inside lists; compare with the entries above")


def _broken(file, error):
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    problem = getattr(error, "problem", None) or "unreadable"
    return PolicyFileError(
        file,
        line,
        f"the YAML is broken ({problem}); look at the spaces, colons and quotes here and just above",
    )
