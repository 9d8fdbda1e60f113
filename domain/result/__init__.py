"""结果运用 — what follows from a determined result: measures, and the end of a probation."""
