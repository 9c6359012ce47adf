"""A demonstration company and its client mail, made up from start to end."""
