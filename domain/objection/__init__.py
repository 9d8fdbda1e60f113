"""异议 — objections, their handling, appeals, and what follows from them."""
