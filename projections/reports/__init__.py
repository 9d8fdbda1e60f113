"""报告 — what the records of many people come to: figures, none of them of fewer people than may be told of."""
