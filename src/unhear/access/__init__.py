"""Who of an operator's staff may do what in a home: what a desk signs, and the rules in Cedar."""
