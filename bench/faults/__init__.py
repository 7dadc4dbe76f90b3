"""A house on servers under load, and what happens to it when something of it fails."""
