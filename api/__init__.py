"""How people and programs ask: routes that serve page and JSON from one function."""
