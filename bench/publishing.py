"""Publishing the policy to a whole school: what it costs, and what writing one row for each person would cost."""

import time

from fields import UtcField
from rules import clock, policy_drafts, policy_edits, policy_publishing, policy_sections, policy_versions
from rules.actors import actor_of_person
from rules.policy_sections import SECTIONS

PEOPLE = 2000
LINES = SECTIONS["obligations"]
PERSON = (
    "INSERT INTO person (username, name, team, year_group, easy_read, active, made_at) VALUES (?, ?, '', '', 0, 1, ?)"
)
GRANT = "INSERT INTO role_grant (person_id, role, starts_on, given_at) VALUES (?, 'staff-direct', ?, ?)"
TEXT = "INSERT INTO acknowledged_text (digest, content) VALUES (?, '{}')"
READ = (
    "INSERT INTO acknowledgement (person_id, version_id, item, role, text_id, at, given_by_id, on_paper, kept_at)"
    " VALUES (?, ?, 'complaints', '', ?, ?, ?, 0, '')"
)


def measured(base, scale):
    """Seconds for a version of the policy that 2,000 people owe an acknowledgement, and as a ratio to bare inserts."""
    school, seconds, ratios = base.copy("publishing"), [], []
    with school.open() as connection:
        fill(connection)
        head = actor_of_person(school.people["head"])
        for number in range(scale.rounds + 1):
            _change_a_line(head, number)
            ours, version = _published(connection, head)
            bare = _bare(connection, version)
            if number:
                seconds.append(ours)
                ratios.append(ours / bare)
    return {"publishing: seconds": seconds, "publishing ÷ bare inserts": ratios}


def fill(connection):
    """Colleagues, until there are as many people as are to be measured."""
    at, day = UtcField.spell(clock.now()), clock.today().isoformat()
    there = connection.execute("SELECT count(*) FROM person").fetchone()[0]
    with connection:
        for number in range(PEOPLE - there):
            connection.execute(PERSON, (f"colleague{number}", f"Robin Oakenfold-{number}", at))
            connection.execute(GRANT, (connection.last_insert_rowid(), day, at))


def _change_a_line(head, number):
    policy_drafts.begin(head)
    content = policy_drafts.find().content
    key, entry = policy_sections.entries(content, LINES)[0]
    changed = {name: value for name, value in entry.items() if name != "id"}
    words = {**changed, "says": f"Look at it each week, and so for the {number}th time."}
    policy_edits.save(head, LINES, key, policy_sections.fingerprint(entry), words)


def _published(connection, head):
    """How many seconds publishing the draft took, and the version. Raises RuntimeError for a second transaction."""
    draft, since, begun = policy_drafts.find(), policy_versions.newest(), []
    connection.set_exec_trace(lambda _, sql, __: begun.append(sql) or True)
    began = time.perf_counter()
    try:
        version = policy_publishing.publish(head, draft.revision, since)
    finally:
        took = time.perf_counter() - began
        connection.set_exec_trace(None)
    if sum(sql.upper().startswith(("BEGIN", "COMMIT")) for sql in begun) != 2:
        raise RuntimeError("publishing is not one transaction any more")
    return took, version


def _bare(connection, version):
    """Seconds for one row for each person in one transaction, as it would be if everybody were told by a row."""
    at, people = UtcField.spell(clock.now()), [row[0] for row in connection.execute("SELECT id FROM person")]
    began = time.perf_counter()
    with connection:
        connection.execute(TEXT, (f"bench-{version}",))
        text = connection.last_insert_rowid()
        connection.executemany(READ, [(person, version, text, at, person) for person in people])
    return time.perf_counter() - began
