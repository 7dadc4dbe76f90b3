"""The words of the house and their rules: pure values, standard library only."""
