"""The policy in plain English, for everybody with a login."""

import pytest

from rules.policy.in_force import policy_in_force


@pytest.mark.parametrize("who", ["head", "office", "teacher", "pupil", "parent", "governor", "director", "volunteer"])
def test_everybody_reads_every_clause(sign_in_as, who):
    page = sign_in_as(who).get("/policy").page
    for number, clause in policy_in_force().clauses.items():
        section = page.by_id(f"clause-{number}")
        assert section.all("h2")[0].text == f"{number} {clause['title']}"
        assert " ".join(clause["gist"].split()) in section.text


def test_an_overdue_review_is_said_with_its_clause(sign_in_as):
    words = sign_in_as("pupil").get("/policy").words
    assert "The review of this policy is overdue." in words
    assert "(clause 0.1)" in words


def test_a_missing_date_of_approval_is_said(sign_in_as):
    words = sign_in_as("pupil").get("/policy").words
    assert ("is not recorded (clause 0.1)" in words) is (not policy_in_force().school["approved_on"])


def test_a_clause_can_be_reached_by_keyboard(sign_in_as):
    page = sign_in_as("pupil").get("/policy").page
    sections = [each for each in page.all("section") if (each["id"] or "").startswith("clause-")]
    assert len(sections) == len(policy_in_force().clauses)
    assert all(each["tabindex"] == "-1" for each in sections)


def test_the_policy_asks_the_database_a_few_times_only(sign_in_as, queries):
    pupil = sign_in_as("pupil")
    assert len(queries(lambda: pupil.get("/policy"))) <= 4
