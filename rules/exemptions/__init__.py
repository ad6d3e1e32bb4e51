"""One exemption: what is asked, whether it is fit, who may read and decide it, its life (clauses 4.3 to 4.7, 5.4 to
5.7, 6.5).

`lifecycle` has every step there is in one table, `TRANSITIONS`, and one function, `move`, that writes it: guarded by
id, state and revision, so that who comes second is told who was first. Changing what was approved voids the approval.

*In force*, *ended*, *suspended*, *lapsed* are not states. `validity` in `view` answers whether an exemption holds at a
moment, for status, slip, badge, today's list and *May I?* alike. `permissions` says in one place who may know of it,
read its reason and decide it: nobody their own, one for them, for their child, or for a visitor whose host they were.

Who asks (`asker`) and whom it is for (`subject`) are two people or one. A class that is ticked stands for its pupils
of that moment. A look at what is confidential is an event (decision record 25).

Tables: `Exemption`, `Participant`, `NeedMet`, `ActivitySession`.
"""
