"""May I use this device here and now? One pure function, and the gathering of what it needs.

A `Situation` goes in, an answer with its clause comes out (`answer`); it asks neither the database nor the clock.
`now` gathers the situation of somebody with a fixed number of queries, `right_now` makes of it the lines on
everybody's first page, `table` prints every answer for `docs/may-i.md`. Where the policy contradicts itself, each
settlement has a test.
"""
