"""叶 — what stands in the tree for bytes of the log, or for a disclosure: SHA-256(0x00 ‖ bytes)."""

import hashlib


def leaf_hash(state: bytes) -> bytes:
    """32-byte leaf of the tree over the entry's bytes. Source: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x00" + state).digest()
