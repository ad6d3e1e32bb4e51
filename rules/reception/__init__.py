"""The building's door (clauses 6.1, 6.2, 6.5, 6.6, 8.1): visits announced, signed in and out, the tablet, badges, the
log.

It lies above `exemptions`, because changing a visit moves what was approved for it; `visitors` lies below, because a
request names a visit. A *stay* is one visitor in the building; beginning and ending it is the same for reception and
the tablet. Who is on the watchlist is stopped in the transaction of signing in: nobody is signed in, but the alert is
kept. A visit that nobody announced counts as announced by its host.

The tablet's secret changes with each POST, so that a copied cookie is noticed at its next use. The log is searched in
one column, `Stay.search_text`, word by word.

Tables: `Stay`, `Tablet`, `WrongCode`, `AdmissionAlert`.
"""
