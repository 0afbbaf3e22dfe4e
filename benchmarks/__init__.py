"""Measured work: whole processes against floors measured in the same run. Never part of the tests."""
