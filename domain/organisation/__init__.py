"""组织 — units, members, appointments."""
