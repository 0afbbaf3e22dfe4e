"""One module per kind: how a spec becomes requests, and how it is explained."""
