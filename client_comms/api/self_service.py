"""Methods that clients call through their link or in the portal, and methods with which staff send such a
link (P-3, C-1)."""

import frappe
from frappe import _

from client_comms import validation
from client_comms.api.each import one_by_one
from client_comms.client_privacy import consents, invitations, page_visits, self_service, third_parties
from client_comms.enforcement import client_documents
from client_comms.exceptions import ActionNotPossibleError, LinkNotValidError
from client_comms.i18n import bold

CONSENT = "Client Consent"
AT_ONCE = 100
_CLIENT = ("party_type", "party")


# nosemgrep: frappe-guest-method (a link's token, or the login, says who they are)
@frappe.whitelist(allow_guest=True, methods=["POST"])
def submit(
	answers: str | dict | None = None,
	token: str | None = None,
	preference: str | dict | None = None,
	confirmed: bool | int | str = False,
	changes: str | None = None,
	purposes: str | dict | None = None,
	client: str | None = None,
) -> dict:
	"""Record a client's answers, through a link (`token`) or as the logged-in portal user.

	:param answers: consent → "Given", "Refused" or "Withdrawn"
	:param preference: `{"channels": [...], "never": [...], "language": str}`
	:param purposes: Consent Purpose → "Given" or "Refused", of those that the page offers without an existing consent
	:param client: which of several clients of the login, such as "Customer/Anna Client"
	:returns: `{"done": True, "receipts": [receipt, …]}`, one for each consent that was given; see
	    `receipts.of` for the fields
	:raises client_comms.exceptions.LinkNotValidError: the link is not valid; the message does not say why
	"""
	given = self_service.submit(
		visit_of(token, client, lock=True),
		_as_dict(answers) or {},
		_as_dict(preference),
		bool(frappe.utils.sbool(confirmed)),
		changes,
		_as_dict(purposes),
	)
	return {"done": True, "receipts": given}


# nosemgrep: frappe-guest-method (a link's token, or the login, says who they are)
@frappe.whitelist(allow_guest=True)
def receipt(consent: str, token: str | None = None, client: str | None = None) -> dict:
	"""The receipt of one of the client's own consents, through a link (`token`) or in the portal (P-3).

	:param client: as above
	:raises client_comms.exceptions.LinkNotValidError: the link is not valid; the message does not say why
	:raises client_comms.exceptions.ActionNotPossibleError: it is not theirs, or they have never agreed
	"""
	return self_service.receipt(visit_of(token, client), consent)


@frappe.whitelist(methods=["POST"])
def request_consent(
	party_type: str,
	party: str,
	purpose: str | None = None,
	third_party: str | None = None,
	contact: str | None = None,
	address: str | None = None,
	client_interaction: str | None = None,
	recipient: str | None = None,
	data_categories: str | list[str] | None = None,
) -> str:
	"""Ask a client for consent, with a link sent to an address on file; returns the Client Consent (P-3).

	Agreeing to more than before creates a separate consent; agreeing to something that was refused lifts the refusal.

	:param purpose: by default the purpose for sharing in the settings
	:param address: one of the client's own; by default the first on file that has not unsubscribed
	:param recipient: the address that will receive the information; one of the third party's
	:param data_categories: the categories covered, as a list or as JSON; by default those of the
	    interaction, or everything if it has none
	:raises client_comms.exceptions.ActionNotPossibleError: the address is not on file, or the recipient does
	    not belong to the third party, so that the consent would not allow sending them anything
	:raises frappe.PermissionError: without permission to record consents, or to read the client or any of
	    its interactions
	"""
	client_documents.require_to_act(party_type, party, CONSENT, interaction=client_interaction)
	if recipient and third_party and third_parties.of(recipient) != third_party:
		frappe.throw(
			_("{0} is not an address of {1}. Add the address or its domain to the third party first.").format(
				bold(recipient),
				frappe.utils.get_link_to_form("Third Party", third_party),
			),
			exc=ActionNotPossibleError,
			title=_("Not the Third Party's Address"),
		)
	purpose = purpose or frappe.get_cached_doc("Client Comms Settings").sharing_purpose
	if not purpose:
		frappe.throw(
			_("Choose the purpose of the consent, or set {0} in {1}.").format(
				bold(_("Purpose for Sharing")), bold(_("Client Comms Settings"))
			),
			title=_("Purpose Missing"),
		)
	return invitations.request_consent(
		party_type,
		party,
		purpose,
		third_party=third_party,
		contact=contact,
		address=address,
		client_interaction=client_interaction,
		data_categories=_categories(data_categories, client_interaction),
	)


@frappe.whitelist(methods=["POST"])
def invite_client(party_type: str, party: str, contact: str | None = None, address: str | None = None) -> str:
	"""Send a client the link to their consents, preferences and details; returns the Client Access Link (C-1, P-3)."""
	client_documents.require_to_act(party_type, party, CONSENT)
	return invitations.invite(party_type, party, contact, address)


@frappe.whitelist(methods=["POST"])
def invite_clients(clients: str | list) -> list[dict]:
	"""The same for several clients; a refusal of one does not stop the others (C-1).

	:param clients: at most 100 `{"party_type", "party"}`, as a list or JSON
	:returns: per client `{"party_type", "party", "link"}`, or with `"error"` and the message that says why not
	:raises frappe.PermissionError: the user cannot ask clients for anything
	:raises frappe.ValidationError: it is not a list of clients, or too long a one
	"""
	frappe.has_permission(CONSENT, "create", throw=True)
	return one_by_one(_clients(clients), lambda party_type, party: {"link": invite_client(party_type, party)})


def _clients(given: str | list) -> list[dict]:
	found = validation.from_json(given)
	if not isinstance(found, list) or not all(
		isinstance(each, dict) and all(isinstance(each.get(key), str) for key in _CLIENT) for each in found
	):
		frappe.throw(
			_('Send clients as a list like [{"party_type": "Customer", "party": "…"}].'),
			title=_("Not a List of Clients"),
		)
	if len(found) > AT_ONCE:
		frappe.throw(_("Choose at most {0} clients at a time.").format(AT_ONCE), title=_("Too Many Clients"))
	chosen = dict.fromkeys(tuple(each[key] for key in _CLIENT) for each in found)
	return [dict(zip(_CLIENT, client, strict=True)) for client in chosen]


def _as_dict(value: str | dict | None) -> dict | None:
	"""The JSON object that the page sends.

	:raises ActionNotPossibleError: it is anything else, which the page never sends
	"""
	found = validation.from_json(value) if value else None
	if value and not isinstance(found, dict):
		self_service.refuse()
	return found


def visit_of(token: str | None, client: str | None, *, lock: bool = False) -> page_visits.Visit:
	"""The visit in which a method for clients is called.

	:raises LinkNotValidError: the link is not valid, or there is neither a link nor a login
	:raises ActionNotPossibleError: the login has several clients, and none was chosen
	"""
	visit = page_visits.by_link(token, lock=lock) if token else page_visits.by_login(client)
	if visit is None and page_visits.of_login():
		frappe.throw(_("Choose the client first."), exc=ActionNotPossibleError, title=_("Client Missing"))
	if visit is None:
		frappe.throw(_("Please log in first."), exc=LinkNotValidError, title=_("Not Permitted"))
	return visit


def _categories(given: str | list[str] | None, interaction: str | None) -> frozenset[str]:
	if not given:
		return consents.categories_of(interaction) if interaction and given is None else frozenset()
	names = validation.from_json(given)
	known = frappe.get_all("Data Category", pluck="name", order_by="name asc")
	if not isinstance(names, list) or not all(name in known for name in names):
		frappe.throw(
			_("{0} is not a list of data categories. Choose from: {1}.").format(
				bold(given), ", ".join(_(each) for each in known)
			),
			title=_("Unknown Data Category"),
		)
	return frozenset(names)
