"""People: accounts, the roles they hold, families, classes, staff, who stands in, and bringing them in from files.

A person may hold several roles, each from a day to a day (`role_grants`). A *link* says whose parent somebody is and
what they may know: signs, sees, or has no access (clause 5.14), in `families`. `staff.current()` are those who work
here. A *delegate* stands in for the headteacher from one day to another.

A single-use code is shown once, to whoever makes it, and kept as a digest. There is no default password.

Tables: `Person`, `RoleGrant`, `Guardian`, `ClassStaff`, `Delegation`.
"""
