"""Files that people send in: read, kept for an hour as a plan, looked at, then applied.

A *plan* says line by line what a file would change. It is all or nothing: while one line is refused nothing is
applied. Applying compares the school with what the plan was made on. Rows come from spreadsheets (`csv_files`) or
calendars (`ics_files`). Table: `Upload`.
"""
