"""Voice devices in rooms, over the protocols that homes have: Wyoming and ESPHome."""
