"""The copy of a client's data is as confidential as the strictest record in it, and as the client (D-5, P-2).

The rule is `rules.data_packages`. What is in a copy, its file and its list of records belong to it, as dependents.
"""

from collections.abc import Callable

import frappe

from client_comms import clock
from client_comms.enforcement import client_documents, policy
from client_comms.enforcement.readers import Reader
from client_comms.enforcement.row_conditions import NOTHING
from client_comms.rules import access
from client_comms.rules import data_packages as rules

PACKAGE = "Data Package"


def decider(
	name: str, action: str = access.READ, *, lasting: bool = False
) -> Callable[[access.Subject], access.Decision] | None:
	"""The decision about a copy as a function of the user, with its facts looked up once; None if it does not exist.

	:param lasting: without effect, because no reason to see a copy expires
	"""
	stored = frappe.db.get_value(
		PACKAGE, name, ["confidentiality_level", "party_type", "party"], as_dict=True
	)
	if not stored:
		return None
	return lambda subject: rules.decide(
		subject,
		stored.confidentiality_level,
		policy.current(),
		action,
		clock.now(),
		client_documents.is_open(stored.party_type, stored.party, subject.user),
	)


def condition(user: Reader | str | None = None, doctype=None) -> str:
	"""The same rule as SQL."""
	reader = Reader.of(user)
	if reader.rows.everything:
		return ""
	if rules.OFFICER not in policy.subject(reader.user).roles:
		return NOTHING
	levels = rules.readable_levels(policy.current(), reader.rows.open_levels)
	column = f"`tab{PACKAGE}`.`confidentiality_level`"
	at_level = reader.at_levels(levels, column) if levels else NOTHING
	client = client_documents.condition(reader.user, PACKAGE)
	return f"({at_level} and {client})" if client else at_level
