"""The school's policy as Python: what may happen, who decides, what is recorded. Never Flask."""
