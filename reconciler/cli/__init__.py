"""The command line: flags in, renderer out. One file a command."""
