"""What has no school in it: the clock, text, what people type, errors, and whether an open list has changed.

Times inside are aware and UTC; days and times of day are Europe/London. `clock` alone reads the clock and turns one
into the other. `errors` names what can go wrong with a rule: `NotFound`, `NotAllowed`, `Invalid` (what was typed, by
field) and `Conflict` (somebody was first). `validation` checks texts, days, spans of days and times.

An open list polls with a token of `changes`: a count that grows with each event that the list shows, the day, and the
next minute at which something begins or ends. The lockers have a count of their own, because it grows at every tap of
the morning queue. Table: `Counter`.
"""
