"""Who has read what of the policy, and who owes it (clauses 3.5, 7.1, 8.5).

What somebody owes is computed: `texts` says what a version asks of a set of roles, a row of `Acknowledgement` says
that one part was read. A new version has no rows, so everybody owes it. The text is kept as it was shown, once for
all who read the same. A click counts for the version that was seen, also where another one has been published
meanwhile.

Tables: `Acknowledgement`, `AcknowledgedText`, `Reminder`.
"""
