"""Deciding (clauses 4.3, 4.7, 5.5, 5.7, 6.5): the queue, the decision, the receipt.

A *decision* is a row that is never changed, with a frozen copy of exactly what was decided on: the request, the
answers to its prerequisites, the words, the agreement. It names the revision that was seen, so nobody approves a text
they have not read. A delegate's decision reads *for the headteacher*; the row holds both people.

Table: `Decision`.
"""
