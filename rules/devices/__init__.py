"""The school's own devices (clauses 3.1 to 3.5): the register, loans, who may borrow, work phones.

A *loan* needs a permission, the PIN set and the monitoring notice acknowledged. Of two who lend the same device one
is first, by an index that knows one open loan of a device. Lost, damaged and retired are states of the device and
have nothing to do with the loan: what is lost stays lent to whoever had it last. `loan_problems` asks of all that is
out at once what lending asks of one.

Tables: `SchoolDevice`, `Loan`, `StandingPermission`, `WorkContact`.
"""
