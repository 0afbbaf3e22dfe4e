"""The platform's vocabulary: pure values and the port. No I/O, no other room."""
