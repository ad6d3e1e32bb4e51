"""Exam sittings, and the reports of devices found in them (clause 5.9).

While a sitting lasts, the exemptions of its candidates are suspended, unless the examining body's permission is
recorded. A *report* is made by whoever found the device, printed for the examining body, and settled by the
headteacher.

Tables: `Sitting`, `Candidate`, `ExamReport`.
"""
