"""The audit log: who did what, when and with what, as a chain that shows every change.

`chain` is the chain itself, `log` keeps it in the catalogue's database, `erasing` takes a person's rows
out of prediction logs and leaves a trace that can be checked.
"""

from automl.store.audit.chain import BEGINNING, Entry, Flaw, Head, entry_hash, flaws

__all__ = ["BEGINNING", "Entry", "Flaw", "Head", "entry_hash", "flaws"]
