"""台账登记 — what an organisation keeps beside the points: activities, works, visits, issues, projects, feedback."""
