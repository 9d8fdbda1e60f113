"""规则 — the rule set, its lint and the work calendar."""
