"""The day's list: who may use which device, where and when. Never a reason (invariant 14).

What is past stays as it was: yesterday's list shows yesterday. The rows are kept as the database spells them, so that
the same row is the same line of HTML.
"""
