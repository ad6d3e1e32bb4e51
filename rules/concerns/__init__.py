"""What somebody has to tell in confidence. Today: what a visitor did (clause 6.7), read by the headteacher and the
DSL.

Tables: `VisitorConcern`, `VisitorConcernNote`.
"""
