"""A copy of all data about a client, as one ZIP file for the client (P-2; GDPR Art. 15 and 20).

`runs` starts and releases it, `collecting` makes it in the background, `contents` reads the records and leaves out what is about
other people, `archive` writes the file, `delivery` hands it to the client.
"""
