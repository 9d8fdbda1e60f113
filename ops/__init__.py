"""How it is kept and kept running: the composition root."""
