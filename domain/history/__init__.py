"""历史 — the years before the log: brought in from papers, vouched for, never mixed with what is determined."""
