"""示例 — a synthetic branch with a synthetic half-year; no real person stands in it."""
