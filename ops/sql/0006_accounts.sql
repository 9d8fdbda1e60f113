-- Every session and token is looked at together with its person's accounts: a disabled one ends them at once.

CREATE INDEX accounts_of_person ON access.accounts (person);

-- Whether a person may act: with no account here, as from another identity provider, or with one that is not disabled.
CREATE FUNCTION access.is_enabled(whose uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT coalesce(bool_or(a.disabled_at IS NULL), true) FROM access.accounts AS a WHERE a.person = whose
$$;
REVOKE ALL ON FUNCTION access.is_enabled FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.is_enabled TO {writer};
