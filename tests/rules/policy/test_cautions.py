"""What the headteacher is told before they publish: what is easily overlooked, and nothing else."""

import pytest

from rules.acknowledgements import owed as acknowledgement_owed
from rules.core import clock
from rules.policy import draft as policy_draft
from rules.policy import in_force, publishing, versions
from rules.policy.publishing import publish as publish_seen
from rules.policy.sections import SECTIONS
from tests.support.policy import DATES, LINES, entry, publish, reword, seen


@pytest.fixture
def draft(cast):
    """A draft whose dates are as those of a new version are."""
    policy_draft.begin(cast.head)
    dates(cast.head, review_due="2027-07-31")


def dates(actor, **days):
    policy_draft.save(actor, DATES, "front", seen("front", DATES), {**entry("front", DATES), **days})


def told():
    return publishing.cautions(policy_draft.find())


def without(text, start):
    """A file without the entry that begins with a line."""
    place = text.index(start)
    return text[:place] + text[text.index("\n- id:", place) + 1 :]


def test_a_usual_draft_needs_no_caution(cast, draft):
    reword(cast.head, "Look at it daily.")
    dates(cast.head, in_force_from="2026-11-24", approved_on="2026-11-23")
    assert told() == []


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({"review_due": "2024-07-31"}, "Its next review is overdue from the start: Wednesday 31 July 2024."),
        ({"approved_on": "2026-11-24"}, "The day of its approval has not come: Tuesday 24 November 2026."),
        ({"in_force_from": "2024-02-29"}, "The day from which it counts has passed: Thursday 29 February 2024."),
    ],
)
def test_days_that_a_new_version_does_not_usually_have_are_told(cast, draft, days, words):
    dates(cast.head, **days)
    (one,) = told()
    assert one.startswith(words)


def test_a_use_that_a_file_has_left_out_is_told_before_and_after_the_file_is_taken(cast, draft):
    text = without(policy_draft.as_file(cast.head), "- id: family-emergency\n")
    content, token = policy_draft.look_at(cast.head, "policy.yaml", text.encode())
    (one,) = publishing.missing(content)
    assert one.startswith("“An emergency in my family” is missing under What a device may be used for.")
    policy_draft.take_file(cast.head, token)
    assert told() == [one]


def test_a_role_that_has_nothing_to_do_any_more_is_told_once(cast, draft):
    for line in policy_draft.find().content["obligations"]:
        key = line["id"]
        if line["for"] == ["governor"]:
            policy_draft.remove(cast.head, LINES, key, seen(key))
        elif "governor" in line["for"]:
            others = [role for role in line["for"] if role != "governor"]
            policy_draft.save(cast.head, LINES, key, seen(key), {**entry(key), "for": others})
    (one,) = told()
    assert one == "No line is for this role any more: Safeguarding governor. They acknowledge no obligations then."
    version = publish(cast.head)
    owed = [each.key.spelled for each in acknowledgement_owed.owed(cast.governor)]
    assert in_force.policy_in_force().version == version
    assert not any(key.startswith("obligations") for key in owed)


def test_a_clause_for_a_role_to_which_no_line_of_it_speaks_is_told(cast, draft):
    clauses = SECTIONS["clauses"]
    kept = entry("4.1", clauses)
    policy_draft.save(cast.head, clauses, "4.1", seen("4.1", clauses), {**kept, "for": [*kept["for"], "governor"]})
    assert told() == ["Clause 4.1 is for this role, but no line of it is: Safeguarding governor."]


def test_a_draft_from_before_another_version_says_that_it_takes_it_back(cast, draft, tmp_path):
    reword(cast.head, "Look at it daily.")
    file = tmp_path / "policy.yaml"
    file.write_text(versions.as_file(1).replace("Staff room", "Room of the staff"), encoding="utf-8")
    revision = policy_draft.find().revision
    version, _ = versions.load_policy(file)
    (one,) = told()
    assert one.startswith(f"Version {version} was loaded from files at {clock.format_moment(clock.now())}, after this")
    assert publish_seen(cast.head, revision, version) == version + 1
    assert "Staff room" in versions.as_file(version + 1)


def test_the_shipped_policy_gives_no_cause_but_its_review(cast):
    policy_draft.begin(cast.head)
    assert [each[:27] for each in told()] == ["Its next review is overdue "]
