"""Lint: what is legal in manifests and yet probably not meant, as named rules."""
