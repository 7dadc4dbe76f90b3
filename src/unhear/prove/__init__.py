"""The ledger: an append-only Merkle log, its checkpoints, and receipts that verify offline."""
