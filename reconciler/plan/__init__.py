"""Decisions, all pure: what differs, which requests would change it, in which order."""
