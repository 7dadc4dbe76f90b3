"""The house at work: what `unhear run` does in one process, and its roles do in several."""
