"""One transaction: what the rooms ask of the database, in SQL."""

from unhear.stores.copy_rows import CopyRows
from unhear.stores.erasure_rows import ErasureRows
from unhear.stores.keyring_rows import KeyringRows
from unhear.stores.ledger_rows import LedgerRows
from unhear.stores.trace_rows import TraceRows


class Transaction(KeyringRows, TraceRows, ErasureRows, LedgerRows, CopyRows):
    """Everything the rooms may do inside one transaction."""
