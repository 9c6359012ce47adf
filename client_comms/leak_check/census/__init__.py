"""`bench --site SITE client-comms check-leaks --census`: calls everything that a request can reach, not only what we
thought of.

`sandbox` answers each request by Frappe's whole request handling inside one transaction, records what it did and undoes
it; `scene` prepares hidden records, logins and documents of the logins' own; `methods` finds every whitelisted function
and document method of every installed app; `arguments` fills their parameters by name and type; `recipes` holds the calls
that no name suggests; `states` and `in_state` call what does something only in a certain state, and `learning` finds out what a method takes;
`exempt` and `reviewed` say why something cannot be asked; `run` asks, and `report` prints.

A method counts as asked only if Administrator's call did what it is for: returned the hidden text, changed the hidden
record, or answered differently to a true and an untrue question about it. Each such call is then made as every login.
"""
