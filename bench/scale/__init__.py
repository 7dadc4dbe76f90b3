"""Many households on PostgreSQL and an object store, beside the same without sealing and keys."""
