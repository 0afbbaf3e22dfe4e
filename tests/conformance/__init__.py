"""The platform's official client against ours: run, in an environment of its own, and never depended on otherwise."""
