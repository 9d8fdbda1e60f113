"""工作簿 — what people bring and take in Excel: the recorder's month, its template, its marked copy, tables."""
