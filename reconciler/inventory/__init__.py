"""What the reconciler itself remembers: who owns what, what was last applied, and what each apply did."""
