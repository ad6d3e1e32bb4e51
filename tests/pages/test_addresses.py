"""The addresses of pages are spelled as Werkzeug spells them, and not before somebody needs it."""

import pytest
from werkzeug.routing import Map, Rule

from blueprints.addresses import Address
from blueprints.gate import RecordId


def a_map(kind, app):
    """Every address of the school in a map of its own; how often one was compiled is in the list beside it."""
    compiled = []

    class Counted(Rule):
        def _compile_builder(self, append_unknown=True):
            compiled.append(self.rule)
            return super()._compile_builder(append_unknown)

    counted = type(kind.__name__, (kind, Counted), {}) if kind is Address else Counted
    rules = [counted(each.rule, endpoint=each.endpoint, defaults=each.defaults) for each in app.url_map.iter_rules()]
    return Map(rules, converters={"record": RecordId}), compiled


def values_of(address):
    """Something for each part of an address."""
    return {name: 7 if isinstance(part, RecordId) else "a b" for name, part in address._converters.items()}


def test_every_address_is_spelled_as_werkzeug_spells_it(app):
    (ours, _), (plain, _) = a_map(Address, app), a_map(Rule, app)
    ours.update(), plain.update()
    for address, same in zip(ours._rules, plain._rules, strict=True):
        for more in ({}, {"page": "2 & 3"}):
            values = {**values_of(address), **more}
            for unknown in (True, False):
                assert _spelled(address, values, unknown) == _spelled(same, values, unknown), address.rule


def _spelled(address, values, unknown):
    try:
        return address.build(values, unknown)
    except (ValueError, AttributeError) as error:  # a part that is no text, as a day
        return type(error)


def test_no_address_is_compiled_at_the_start_and_each_that_is_needed_once(app):
    found, compiled = a_map(Address, app)
    assert compiled == []
    spell = found.bind("school.example")
    assert [spell.build("today.today") for _ in range(3)] == ["/today"] * 3
    assert compiled == ["/today"]
    assert len(a_map(Rule, app)[1]) == 2 * len(found._rules)
    with pytest.raises(LookupError):
        spell.build("nowhere")
