"""Clients ask for their rights themselves, through their link or in the portal; both confirm who they are (P-2, P-1)."""

from datetime import timedelta

import frappe
from frappe import _

from client_comms import clock, transactions
from client_comms.client_privacy import invitations, links, self_service, telling
from client_comms.client_privacy.page_visits import Visit
from client_comms.clients import contacts, parties
from client_comms.enforcement import restrictions
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold, day_in_words, moment_in_words
from client_comms.rules import restriction

REQUEST = "Data Subject Request"
OPEN = "Open"
RIGHTS = ("Access", "Portability", "Rectification", "Erasure", "Restriction", "Objection")
STAFF, _THROUGH_LINK, _IN_PORTAL = "Staff", "Link", "Portal"
_LONGEST = 1000
_A_LINK_EACH = timedelta(minutes=15)
# What says that a client is one person, whose contact speaks for all of it.
_PERSON = {"Customer": ("customer_type", "Individual"), "Supplier": ("supplier_type", "Individual")}


def in_words() -> dict[str, str]:
	"""Each of `RIGHTS` in the client's words, in the language of the reader."""
	return {
		"Access": _("A copy of my data"),
		"Portability": _("My data for another provider"),
		"Rectification": _("Correct my data"),
		"Erasure": _("Erase my data"),
		"Restriction": _("Restrict the use of my data"),
		"Objection": _("I object to the use of my data"),
	}


def context_of(visit: Visit) -> dict:
	"""What the template for requests shows."""
	return {"rights": in_words(), "requests": shown(visit), "remedies": telling.remedies()}


def shown(visit: Visit) -> list[dict]:
	"""The client's own requests, the newest first: `[{"name", "right", "received_on", "due_on", "status", "answer", "extension_reason",
	"restriction"}]`, the last of which says what became of a restriction."""
	rows = frappe.get_all(
		REQUEST,
		{**_about(visit), "contact": visit.contact or ("is", "not set")},
		["name", "right", "received_on", "due_on", "status", "answer", "extension_reason"],
		order_by="received_on desc, name desc",
		limit=20,
	)
	states = _restrictions([row.name for row in rows if row.right == "Restriction"])
	return [
		{**row, "due_on": moment_in_words(row.due_on), "restriction": states.get(row.name)} for row in rows
	]


def _restrictions(requests: list[str]) -> dict[str, str]:
	"""Whether the use of the data is restricted, and what was said about the end: request → sentence."""
	if not requests:
		return {}
	rows = frappe.get_all(
		restrictions.RESTRICTION,
		{"request": ("in", requests)},
		["request", "status", "restricted_on", "announcement", "lifted_on"],
		order_by="restricted_on asc",
	)
	return {row.request: _state(row) for row in rows}


def _state(row) -> str:
	if row.status == restriction.LIFTED:
		return _("The restriction ended on {0}.").format(day_in_words(row.lifted_on))
	begun = _("The use of your data has been restricted since {0}.").format(day_in_words(row.restricted_on))
	return f"{begun} {row.announcement}" if row.announcement else begun


def ask(visit: Visit, right: str, details: str | None) -> dict:
	"""Enter a client's request, and confirm its receipt by email; returns `{"name", "due", "emailed"}`. Who asks has confirmed who
	they are.

	:raises ActionNotPossibleError: as `enter`
	"""
	request = enter(visit, right, details, _THROUGH_LINK if visit.link else _IN_PORTAL)
	self_service.confirm_identity(visit)
	if request.right == "Rectification" and request.contact and request.details:
		self_service.report_error(visit, request.details)
	if visit.link:
		links.use(visit.link)
	return {
		"name": request.name,
		"due": moment_in_words(request.due_on),
		"emailed": telling.gets_email(request),
	}


def enter(visit: Visit, right: str, details: str | None, through: str):
	"""Enter a client's request, and confirm its receipt by email, if they get emails; returns it.

	It is about the person who asks: about all of the client only if the client is one person.

	:param through: how it was received
	:raises ActionNotPossibleError: the right does not exist, the client has asked for it already and waits for the answer, or
	    it is not known which person of an organisation asks
	"""
	if right not in RIGHTS or visit.consent:
		self_service.refuse()
	about_all = _is_person(visit)
	if not (about_all or visit.contact):
		frappe.throw(
			_(
				"We do not know which person at {0} you are. Please write to us, and we will enter your request."
			).format(bold(contacts.name_of(visit.party_type, visit.party))),
			exc=ActionNotPossibleError,
			title=_("Not Possible"),
		)
	if there_is := waiting(visit, right):
		frappe.throw(
			_("You have asked for this already: {0}. We will answer by {1}.").format(
				bold(there_is.name), moment_in_words(there_is.due_on)
			),
			exc=ActionNotPossibleError,
			title=_("Already Asked"),
		)
	request = frappe.get_doc(
		{
			"doctype": REQUEST,
			**_about(visit),
			"contact": visit.contact,
			"contact_only": 0 if about_all else 1,
			"right": right,
			"details": (details or "").strip()[:_LONGEST],
			"received_on": clock.now(),
			"received_through": through,
			"status": OPEN,
		}
	)
	request.flags.by_the_app = True
	request.insert(ignore_permissions=True)
	if telling.gets_email(request):
		telling.tell(
			request,
			lambda: _("We received your request {0}").format(request.name),
			lambda: _("We received your request ({0}) and will answer it by {1}.").format(
				in_words()[request.right], moment_in_words(request.due_on)
			),
		)
	return request


def waiting(visit: Visit, right: str):
	"""The open request of the same person for the same right: its `name` and `due_on`; None if there is none."""
	same = {**_about(visit), "right": right, "status": OPEN, "contact": visit.contact or ("is", "not set")}
	return frappe.db.get_value(REQUEST, same, ["name", "due_on"], as_dict=True)


def _about(visit: Visit) -> dict:
	return {"party_type": visit.party_type, "party": visit.party}


def _is_person(visit: Visit) -> bool:
	if visit.party_type == "Lead":
		return not frappe.db.get_value("Lead", visit.party, "company_name")
	field, person = _PERSON.get(visit.party_type, (None, None))
	return bool(field) and frappe.db.get_value(visit.party_type, visit.party, field) == person


def queue_link(address: str) -> None:
	"""Let a job send a link, so that how long it takes does not show whether an address is on file."""
	method = "client_comms.client_privacy.requests.asking.send_link"
	frappe.enqueue(method, queue="short", address=address.strip()[:140])


@transactions.again_if_undone
def send_link(address: str) -> None:
	"""Send a link to an address, if it is one on file of a client, and if none was sent just now. Whether there is such a client shows
	only in its mailbox."""
	address = (address or "").strip().lower()
	client = parties.client_of(None, None, address, "")
	if not (client.party and address in contacts.addresses_of(client.party_type, client.party)):
		return
	just_now = {"sent_to": address, "creation": (">", clock.now() - _A_LINK_EACH)}
	if not frappe.db.exists(links.LINK, just_now):
		invitations.invite(client.party_type, client.party, client.contact, address)
