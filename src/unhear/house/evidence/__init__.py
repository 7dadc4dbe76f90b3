"""Evidence for an auditor: what one house did in a period, and what of it must not have been."""
