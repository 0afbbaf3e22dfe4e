"""Handles: actions, triggers and invocations as objects with methods; each is a record and a platform, and thin."""

from reconciler.handles.choice import use

__all__ = ["use"]
