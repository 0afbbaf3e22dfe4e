"""Plans, drift, events and diagnostics as text. Nothing is decided here."""
