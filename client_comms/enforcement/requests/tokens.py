"""Who makes a request by a token (an API key, OAuth), for the checks before a request (D-5, R-3).

Frappe looks at the token after them: they would ask what a visitor can read, refuse what the user of the token can, and enter the refusal
on the ledger as a visitor's.
"""

import frappe
from frappe import auth

from client_comms import ledger
from client_comms.enforcement import policy

_HEADER = "Authorization"


def authenticate() -> None:
	"""`before_request`; queries the database only for a request with such a header. Frappe asks once more.

	:raises frappe.AuthenticationError: the API key is unknown, or the user of the token is disabled, which Frappe asks of API keys alone
	"""
	given = (frappe.get_request_header(_HEADER) or "").split(" ")
	if len(given) == 2:  # as in `frappe.auth.validate_auth`
		before = frappe.session.user
		auth.validate_oauth(given)
		auth.validate_auth_via_api_keys(given)
		if frappe.session.user != before:  # otherwise it is not the token that counts
			if not policy.is_enabled(frappe.session.user):
				raise frappe.AuthenticationError
			ledger.note_token(_kind(*given))


def _kind(scheme: str, token: str) -> str:
	"""By what it is known: the OAuth client, which may be a program of someone who is not its user."""
	if scheme.lower() != "bearer":
		return "API key"
	client = frappe.db.get_value("OAuth Bearer Token", token, "client")
	return f"OAuth client {frappe.db.get_value('OAuth Client', client, 'app_name') or client}"
