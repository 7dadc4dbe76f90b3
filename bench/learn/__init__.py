"""What learning is worth, and that it can be taken back."""
