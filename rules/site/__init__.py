"""The school calendar, and whether pupils are on site (clauses 2.4, 4.1).

A *day* is what somebody set by hand; else a bank holiday; else a weekend; else what the terms say. A gap between
terms that is longer than any holiday is unknown: a forgotten term is no holiday. A *mark* is a press of *Pupils are
on site* or *All pupils have left*.

`judge` in `status` answers from the calendar, the newest mark of the day and the time. In doubt pupils are here,
because then phones stay away. A press carries the mark that its page showed: if another counts meanwhile, nothing is
changed and the person is told who was first.

Tables: `Term`, `CalendarDay`, `SiteMark`.
"""
