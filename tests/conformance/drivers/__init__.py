"""What runs in the environments of the official package; nothing here may need more than that and Python."""
