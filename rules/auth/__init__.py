"""Who somebody is and what they may do: permissions, actors, sessions, passwords.

A *permission* has a stable id and its sentence beside it; `WHO_MAY` says which roles have it. An *actor* is a person
with the roles they hold today and, while they stand in, whose delegate they are. A *session* is a row with a digest
of its token and the roles at signing in: when today's roles are others, it is over. When somebody was last there is
in the signed cookie, so that a GET writes nothing.

Wrong passwords slow the next try (`throttle`) and never lock an account: a pupil could lock the headteacher out. A
common password is known offline, by the school's own words beside the code and by zxcvbn's lists.

Tables: `LoginSession`, `SignInFailure`.
"""
