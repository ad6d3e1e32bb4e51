"""Easy-read: how somebody likes to read is remembered, and every picture is drawn."""

import re

import pytest

from models import Person
from rules.core import easy_read
from rules.people import people
from settings import ROOT
from tests.conftest import CAST
from tests.support.exemptions import events, who


@pytest.mark.parametrize("name", CAST)
def test_how_somebody_likes_to_read_is_remembered_and_is_nobody_elses_business(cast, name):
    before = events()
    assert not people.likes_easy_read(who(name))
    people.prefer_easy_read(who(name), True)
    assert people.likes_easy_read(who(name))
    assert Person.select().where(Person.easy_read).count() == 1
    people.prefer_easy_read(who(name), False)
    assert not people.likes_easy_read(who(name))
    assert events() == before


def test_every_picture_is_drawn():
    drawn = (ROOT / "templates" / "components" / "pictures.html").read_text(encoding="utf-8")
    for picture in easy_read.PICTURES:
        assert re.search(rf"[\"']{picture}[\"']", drawn), picture
    assert len(set(easy_read.PICTURES)) == len(easy_read.PICTURES)
