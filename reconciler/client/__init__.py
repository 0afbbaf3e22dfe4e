"""The remote platform over HTTP."""
