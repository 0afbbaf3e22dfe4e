"""The embedded platform over HTTP: the platform's own routes, and a few of ours. Needs the ``serve`` extra."""
