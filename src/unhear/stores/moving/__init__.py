"""What a house needs of its stores to move from some to others: ends, rows, and a journal."""
