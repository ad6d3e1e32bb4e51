"""The audit trail (clause 8.4): what happened is recorded in the transaction of the change, or the change did not
happen.

An event is declared in `events`: its name, its payload, its sentence, and the open lists that it changes. `record`
raises where the payload does not fit, and where there is no transaction. A payload holds no reason. `refusals` notes
what somebody tried and may not, without ever waiting for whoever writes.

Each row carries an HMAC over itself and the row before it, with a key that is not in the database; after each commit
the newest link is written to the anchor file. Triggers refuse to change or delete a row. `trail` reads it and
verifies it: every link, the end against the anchor, and by `frozen_copies` every decision, agreement, signature and
acknowledgement against its digest. It proves nothing against somebody who has the database, the key and the anchor.

Table: `AuditEvent`.
"""
