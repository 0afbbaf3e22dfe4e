"""Engines that run an action's command, and the environment an action finds itself in."""
