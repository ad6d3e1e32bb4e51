"""The policy as data (clauses 0.1 to 0.3, 1.1, 1.5, 7.1): the pack, its versions, the draft, differences, publishing.

A *pack* is a folder of YAML files; `yaml_files` keeps the line of every value, so that a fault is said with file and
line. A *version* is a row that is never changed. `in_force` is the newest whose day has come, so nothing has to
happen at midnight; it has the obligations of each role as `ObligationLine`.

The *draft* is a whole pack as data. Each edit reads all of it again as a file would be read, so what a file may not
say a form may not say either. Somebody saves an entry with the fingerprint of what they opened; publishing names the
revision of the draft. Publishing writes nothing for each person: who owes an acknowledgement follows from the version
in force.

Tables: `PolicyVersion`, `PolicyDraft`.
"""
