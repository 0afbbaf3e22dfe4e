"""From YAML to ``Desired``: typed, located, or every problem at once. Never sees a platform."""
