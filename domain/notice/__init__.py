"""公示 — public notices and their terms."""
