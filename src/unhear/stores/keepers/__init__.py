"""Root keepers: where the root key of the key tree can lie, and what its deletion means there."""
