"""Manifests for what is live: a room that reads a platform and files, and writes neither."""
