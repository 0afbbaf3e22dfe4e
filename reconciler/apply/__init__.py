"""The only room that writes to a platform."""
