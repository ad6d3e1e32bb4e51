"""Written agreements (clause 5.7d): the terms, their versions, who signs.

Approving issues one from the school's template, or whoever decides words it first. A version is never changed; a new
one puts the exemption back to *awaiting signature*. `signed_at` of the exemption is kept: it is set with the last
signature that is needed, because a list of 200 lines cannot ask for it each time. A parent can take consent back, and
that ends it.

Tables: `Agreement`, `Signature`, `SchoolText`.
"""
