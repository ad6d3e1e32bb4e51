"""Pages only: read the form, call a rule, render. No SQL, no decision."""
