"""A program acts for a user (OAuth) only if they have allowed it on the page that asks (D-5).

Frappe lets it in by a link that anyone can write, without that page. On version 16, as installed, every visitor can register a program: it
would read what the user can who opens a link in an email.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.integrations import oauth2
from frappe.sessions import get_csrf_token
from frappe.utils import cstr, escape_html

from client_comms.enforcement.compose import call_previous
from client_comms.i18n import bold

_PROOF = "client_comms_consent"  # in the link of the page
_CLIENT = "OAuth Client"


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
def authorize(**arguments):
	"""The page that asks, or, if administrators trust the program, what comes after it."""
	arguments.pop(_PROOF, None)
	client = str(arguments.get("client_id") or "")
	if frappe.session.user != "Guest" and not _is_let_in_unasked(client):
		arguments[_PROOF] = _proof(client)
	answer = call_previous("frappe.integrations.oauth2.authorize", **arguments)
	if frappe.local.response.get("type") == "page" and not _is_entered_by_administrators(client):
		frappe.local.message = _warning(client) + _as_text(frappe.local.message, client)
	return answer


def _as_text(page: str, client: str) -> str:
	"""Frappe shows the name as HTML, which could cover the warning; in scopes, OAuth takes no brackets."""
	name = cstr(frappe.db.get_value(_CLIENT, client, "app_name"))
	for text in {name, _(name)} - {escape_html(name)}:
		page = page.replace(text, escape_html(text))
	return page


def _warning(client: str) -> str:
	"""Any visitor can register a program under the name of one that the user knows."""
	name = frappe.db.get_value(_CLIENT, client, "app_name")
	back = (frappe.flags.oauth_credentials or {}).get("redirect_uri")
	said = _(
		"A visitor registered this program and named it {0}: the name is not checked, and it need not be the program that you know. If you allow it, it reads and changes in your name all that you can, and you get to {1}. Choose Deny if you did not start this in a program that you use."
	).format(bold(name), bold(urlsplit(str(back or "")).netloc))
	return f'<div class="alert alert-danger" role="alert">{said}</div>'


@frappe.whitelist()
def approve(**arguments):
	""":raises frappe.PermissionError: the user did not come from the page, and the program is not trusted"""
	# What Frappe looks at as well: it refuses one that is given twice, and the form of a link is the address.
	clients = frappe.request.args.getlist("client_id")
	client = clients[0] if len(clients) == 1 else ""
	sent = str(frappe.request.args.get(_PROOF) or "")
	if not (_is_trusted(client) or hmac.compare_digest(sent.encode(), _proof(client).encode())):
		_refuse(client)
	return call_previous("frappe.integrations.oauth2.approve", **arguments)


def _proof(client: str) -> str:
	"""Known to this site's own pages only, and to the session: no other site can read it, or the page."""
	return hmac.new(get_csrf_token().encode(), client.encode(), hashlib.sha256).hexdigest()


def _is_trusted(client: str) -> bool:
	return bool(client and frappe.db.get_value(_CLIENT, client, "skip_authorization"))


def _is_let_in_unasked(client: str) -> bool:
	"""Whether Frappe would show no page (*Skip Authorization* in the settings), although no administrator has entered the program."""
	return oauth2.get_oauth_settings().skip_authorization == "Auto" and not _is_entered_by_administrators(
		client
	)


def _is_entered_by_administrators(client: str) -> bool:
	"""Also of a program that there is not, about which Frappe says so."""
	owner = frappe.db.get_value(_CLIENT, client, "owner")
	return not owner or "System Manager" in frappe.get_roles(owner)


def _refuse(client: str) -> None:
	name = frappe.db.get_value(_CLIENT, client, "app_name") or client
	frappe.throw(
		_(
			"{0} was not allowed to act for you, because you did not come from the page of this site that asks. If you want it to, start again from there. If no such page appears, ask a System Manager to enter the program as an OAuth Client."
		).format(bold(name)),
		exc=frappe.PermissionError,
		title=_("Confirm Access"),
	)
