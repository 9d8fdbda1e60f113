-- 投票箱: ballots between their casting and the counting. Whose they are, what they say and when they came is not in it.

CREATE TABLE access.boxes (
    -- The X25519 public key of a session. The private one is nowhere: the keys of two tellers make it.
    box bytea PRIMARY KEY CHECK (octet_length(box) = 32),
    -- While it is opened and emptied nothing can be put in that nobody would count.
    shut boolean NOT NULL DEFAULT false
);

CREATE TABLE access.envelopes (
    box bytea NOT NULL REFERENCES access.boxes,
    -- All of one size: ephemeral key(32) ‖ AES-256-GCM(code digest(32) ‖ mark(64)).
    envelope bytea NOT NULL CHECK (octet_length(envelope) = 144)
);
CREATE INDEX envelopes_of_box ON access.envelopes (box);

GRANT SELECT, INSERT ON access.boxes TO {writer};
GRANT UPDATE (shut) ON access.boxes TO {writer};
GRANT SELECT, INSERT, DELETE ON access.envelopes TO {writer};
