"""The account manager of a client has access at some levels (P-2), and ERPNext lets everyone who can change a client's record name one.
So who names themselves, or merges a client into one that they manage, does not get records by it: another user decides who does.
"""

import frappe
from frappe import _

from client_comms.enforcement import policy
from client_comms.enforcement.readers import Reader
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold


def refuse_self(doc, method=None) -> None:
	"""`validate` of Customer, Lead and Prospect.

	:raises ClearanceMissingError: the session user names themselves, which would open records to them
	"""
	field = policy.ACCOUNT_MANAGER_FIELD[doc.doctype]
	named = not doc.is_new() and doc.get(field) == frappe.session.user and doc.has_value_changed(field)
	if named and not doc.flags.ignore_permissions:
		_refuse_opening(doc.doctype, doc.name, doc.name)


def refuse_merger(doc, method=None, old=None, new=None, merge=False) -> None:
	"""`before_rename` of the same.

	:raises ClearanceMissingError: the session user manages the client that stays, which would open records of the other one
	"""
	if merge and policy.account_manager(doc.doctype, new) == frappe.session.user:
		_refuse_opening(doc.doctype, old, new)


def _refuse_opening(doctype: str, client: str, managed: str) -> None:
	if _opens(doctype, client):
		frappe.throw(
			_(
				"As the account manager of {0} you would get access to confidential records. Ask a colleague who decides about that to name you."
			).format(bold(managed)),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


def _opens(doctype: str, client: str) -> bool:
	"""Whether there are interactions with a client that the session user could read as its account manager alone."""
	return Reader().would_open(doctype, client)
