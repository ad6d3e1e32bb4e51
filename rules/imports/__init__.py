"""Files that people send in: planned and looked at, kept for an hour byte for byte, then planned afresh and applied.

A *plan* says line by line what a file would change. It is all or nothing: while one line is refused nothing is
applied. Applying compares the school with what the plan was made on. Rows come from spreadsheets (`csv_files`) or
calendars (`ics_files`). Table: `Upload`.
"""
