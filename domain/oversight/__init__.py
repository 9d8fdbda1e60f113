"""监督 — the log itself."""
