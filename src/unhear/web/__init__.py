"""What other machines ask of this one over HTTP."""
