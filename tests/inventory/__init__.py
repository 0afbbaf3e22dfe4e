"""Tests of what the reconciler remembers: one suite for every backend, and the lock, the journal, the document."""
