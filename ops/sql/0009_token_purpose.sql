-- A program's token is for a purpose: how many people it may look at, and whether it may take lists away.

ALTER TABLE access.tokens
    ADD COLUMN purpose text NOT NULL DEFAULT 'office',
    ADD COLUMN people_most integer NOT NULL DEFAULT 20 CHECK (people_most >= 0),
    -- The number of the paper that lets it take lists of people away; none: it may not.
    ADD COLUMN mandate text;

-- At whose archives a token has looked.
CREATE TABLE access.token_people (
    token_hash bytea NOT NULL REFERENCES access.tokens (token_hash) ON DELETE CASCADE,
    person uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (token_hash, person)
);

-- What was asked for beyond the purpose, and refused.
CREATE TABLE access.refused_pulls (
    refusal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    token_hash bytea NOT NULL,
    reader uuid NOT NULL,
    code text NOT NULL,
    what text NOT NULL,
    subject uuid
);
CREATE INDEX refused_pulls_of_token ON access.refused_pulls (token_hash);
CREATE TRIGGER append_only BEFORE UPDATE ON access.refused_pulls
FOR EACH ROW EXECUTE FUNCTION access.refuse_change();
ALTER TABLE access.refused_pulls ENABLE ALWAYS TRIGGER append_only;

GRANT SELECT, INSERT ON access.token_people, access.refused_pulls TO {writer};
GRANT SELECT, DELETE ON access.token_people, access.refused_pulls TO {eraser};
GRANT SELECT ON access.refused_pulls TO {auditor};
