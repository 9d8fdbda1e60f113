"""记分 — matters, record sheets, points archives."""
