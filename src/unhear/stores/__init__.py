"""Where things lie: the database, payloads and root keys. Native drivers, no common base."""
