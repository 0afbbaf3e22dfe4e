"""The embedded platform as a server: the composition of its accounts, its socket, its runner and its end."""
