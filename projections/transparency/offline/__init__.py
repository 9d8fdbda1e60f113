"""What an exported folder carries so that an outsider counts again without our packages."""
