"""`bench --site SITE client-comms check-leaks`: what a user can really see, requested as the user's browser would.

`bait` creates records with secret words at every level, `visitor` sends requests as the user, `surfaces` lists
the ways in which such a word could come back, `existing_exposures` and what it asks check what is already on the site, `run`
compares everything with the access rule, and `report` prints the result. All test records are removed.
"""
