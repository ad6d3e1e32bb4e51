"""The addresses of pages, as they are found in requests and spelled in links."""

from werkzeug.routing import Rule


class Address(Rule):
    """One address. What spells it is compiled when the first link to it is made, and not for all of them at the start.

    Two threads that make the first link at once both compile it, to the same. Should a newer Werkzeug do this in
    another way, it does it at the start again.
    """

    def _compile_builder(self, append_unknown=True):
        compile_now, kept = super()._compile_builder, []

        def build(rule, /, **values):
            if not kept:
                kept.append(compile_now(append_unknown))
            return kept[0](rule, **values)

        return build
