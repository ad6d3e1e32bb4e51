"""Policy files: YAML read into nodes that know their line, and a policy written as one file.

Whoever needs this imports it in the function that does: a start with a policy in the database reads no YAML.
"""

import yaml

from rules.policy.source import (
    FLAG,
    LIST,
    MAPPING,
    NOTHING,
    NUMBER,
    TEXT,
    Node,
    PolicyFileError,
    Value,
    hidden_in,
)

# libyaml's reader is some ten times quicker; the pure one reads the same files.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
# A whole policy has some hundred kilobytes.
LARGEST_FILE = 1_000_000
# The school's own has some two thousand texts and lists.
MOST_PARTS = 20_000
# The pack needs five; a file that nests without end would exhaust the reader.
DEEPEST_NESTING = 8
TAG = "tag:yaml.org,2002:"
SCALARS = {TAG + kind: kind for kind in (TEXT, FLAG, NUMBER, NOTHING)}


def read_file(path):
    """The one document of a policy file as a Value; PolicyFileError if it is missing or not plain YAML."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PolicyFileError(path.name, 1, "the file is missing or cannot be opened; put it back") from error
    return read_bytes(path.name, raw)


def read_bytes(name, raw):
    """The one document of a file with this name and content, as `read_file` returns it."""
    text = _text_of(name, raw)
    try:
        node = _node(name, text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "unreadable"
        raise _broken(name, mark.line + 1 if mark else 1, problem) from error
    if node is None:
        raise PolicyFileError(name, 1, "the file is empty; put back the last copy that worked")
    return Value(name, node)


def write(content):
    """The policy as data, as the text of one file."""
    return yaml.dump(content, Dumper=DUMPER, allow_unicode=True, sort_keys=False, width=110)


def _node(name, text):
    """The one node of a text; None where there is nothing in it."""
    loader = LOADER(text)
    try:
        return _node_of_events(name, loader)
    finally:
        loader.dispose()


def _node_of_events(name, loader):
    """The node that the events of a loader tell of, in one go.

    Anchors and aliases are refused, because they hide what a line says and can swell a small file; so is nesting
    without end. What is tagged as something else than it looks is of no kind, and so is refused wherever it stands.
    """
    inside, root, documents, parts = [], None, 0, 0
    while loader.check_event():
        event = loader.get_event()
        line, parts = event.start_mark.line + 1, parts + 1
        if parts > MOST_PARTS:
            raise PolicyFileError(name, line, "the file has far more entries than a policy has; is it the right one?")
        if getattr(event, "anchor", None) is not None:
            raise PolicyFileError(name, line, "& and * shortcuts are not read here; write the words out in full")
        if isinstance(event, yaml.ScalarEvent):
            plain = event.tag is None or event.tag == "!"
            tag = loader.resolve(yaml.ScalarNode, event.value, event.implicit) if plain else event.tag
            node = Node(SCALARS.get(tag, ""), event.value, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            inside.append((event, line, []))
            if len(inside) > DEEPEST_NESTING:
                raise PolicyFileError(name, line, "too many lists inside lists; compare with the entries above")
            continue
        elif isinstance(event, yaml.CollectionEndEvent):
            node = _collection(*inside.pop())
        else:
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise _broken(name, line, "but found another document")
            continue
        if inside:
            inside[-1][2].append(node)
        else:
            root = node
    return root


def _collection(event, line, parts):
    """A list or a mapping from the event that began it, and its parts: for a mapping a key, a value, a key, …"""
    listed = isinstance(event, yaml.SequenceStartEvent)
    kind = LIST if listed else MAPPING
    fits = event.tag in {None, "!", TAG + kind}
    return Node(kind if fits else "", tuple(parts if listed else zip(parts[::2], parts[1::2], strict=True)), line)


def _text_of(name, raw):
    if len(raw) > LARGEST_FILE:
        raise PolicyFileError(name, 1, "the file is far larger than a policy is; is it the right one?")
    try:
        # Windows' Notepad puts a mark before the first letter: that is no mistake of the office's.
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PolicyFileError(name, line, "this is not UTF-8; save the file again as UTF-8") from error
    for number, line in enumerate(text.split("\n") if hidden_in(text) else (), start=1):
        if hidden := hidden_in(line):
            raise PolicyFileError(name, number, f"the line holds {hidden}; delete the line and type it again")
    return text


def _broken(name, line, problem):
    return PolicyFileError(
        name,
        line,
        f"the YAML is broken ({problem}); look at the spaces, colons and quotes here and just above",
    )
