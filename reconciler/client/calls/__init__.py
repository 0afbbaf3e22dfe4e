"""The requests of the port, one function each: what travels, and what is done with it called in words."""
