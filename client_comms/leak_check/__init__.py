"""`bench --site SITE client-comms check-leaks`: what a user really gets to see, asked as the user's browser asks.

`bait` plants records with secret words at every level, `visitor` sends requests in the user's name, `surfaces`
lists the ways by which such a word could come back, `standing` looks at what the site holds already, and
`run` compares all of it with what the access rule says, and `report` prints that. Nothing of it stays.
"""
