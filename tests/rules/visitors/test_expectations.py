"""What visitors are told: the lines of the policy in force, and a code that a phone can read."""

import re

import pytest

from models import PolicyVersion
from rules.core import clock
from rules.core.easy_read import PICTURES
from rules.visitors import expectations


def test_visitors_are_told_what_clauses_6_1_and_6_2_ask_of_them(school):
    told = {clause: [line.says for line in expectations.lines() if line.clause == clause] for clause in ("6.1", "6.2")}
    assert any("Lock your device" in says for says in told["6.1"])
    assert any("out of sight" in says for says in told["6.1"])
    (never,) = told["6.2"]
    assert "Do not let a pupil use your device" in never
    assert "no exception" in never


def test_every_line_has_a_picture_and_a_shorter_sentence_in_easy_read(school):
    for line in expectations.lines():
        assert line.picture in PICTURES
        assert len(line.easy) < len(line.says)


def test_a_school_whose_policy_does_not_say_it_yet_tells_nothing(school):
    newest = PolicyVersion.select().order_by(PolicyVersion.id.desc()).get()
    columns = {**newest.__data__, "id": None, "digest": "earlier", "loaded_at": clock.now(), "visitors": {}}
    PolicyVersion.insert(columns).execute()
    assert expectations.lines() == []


def test_the_code_is_a_drawing_without_script_style_or_size():
    drawn = expectations.code_for("http://school.example/visitors/expectations").decode("ascii")
    assert drawn.startswith("<svg ")
    assert "viewBox" in drawn
    assert not re.search(r"<script|style|href|\swidth=|\sheight=", drawn)


def test_another_address_gives_another_code_and_the_same_one_the_same():
    first, other = (f"http://{name}.example/visitors/expectations" for name in ("one", "two"))
    assert expectations.code_for(first) == expectations.code_for(first) != expectations.code_for(other)


def test_an_address_that_no_phone_could_read_is_refused():
    expectations.code_for("h" * expectations.LONGEST_ADDRESS)
    with pytest.raises(expectations.TooLong):
        expectations.code_for("h" * (expectations.LONGEST_ADDRESS + 1))
