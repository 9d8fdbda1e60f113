"""考评 — scores."""
