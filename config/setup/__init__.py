"""The first run, in the browser: from an empty database to a publication that can send."""
