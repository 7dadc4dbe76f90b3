"""Adapters to the speech runtimes and the models that packages ship."""
