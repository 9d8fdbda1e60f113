"""导出 — lists as files: CSV as it is read, xlsx as a workbook; what a cell holds is never taken for a formula."""
