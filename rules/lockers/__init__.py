"""Lockers, handing devices in, giving them back (clauses 2.3, 2.4, 4.1, 5.12c).

A *tile* is one pupil in the morning queue. A tap says what its tile showed; if that is no longer so, nothing is
changed and the tile comes back as it is now. Who fetches their device at noon and hands it in again has two rows of
that day: the order of their ids tells which came first. Staff say with one tap that their own device is in their
locker (`own`).

Tables: `Locker`, `LockerUse`, `HandIn`.
"""
