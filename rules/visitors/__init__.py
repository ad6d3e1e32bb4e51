"""Who visits (clauses 6.1, 6.3, 6.4): the register, visits as they stand, regular visitors, the watchlist, signs,
numbers.

Nothing here signs anybody in: that is `reception`. Each entry of a visitor may lead to another one that counts,
`Visitor.same_as`, always in one step; who asks about a person looks at all entries that lead to it, and undoing a
merge gives back exactly what it moved. Who comes regularly is worked out from the stays of the last days; only what
they accepted is kept. The *watchlist* names who is not let in before somebody is asked.

Tables: `Visitor`, `VisitorMerge`, `Visit`, `VisitorAcknowledgement`, `DoNotAdmit`, `SignCheck`.
"""
