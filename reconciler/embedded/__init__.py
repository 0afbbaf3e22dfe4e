"""The platform in process, on SQLite: the same port, the same rules."""
