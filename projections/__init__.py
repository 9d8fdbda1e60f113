"""What we know from the facts: read models, followed and rebuilt, and the transparency log."""
