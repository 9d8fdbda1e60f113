"""The log's proof: RFC 6962 tree, tiles, checkpoints, inclusion proofs and the offline verifier."""
