"""Newsletters, email campaigns and the bulk messages of SMS Center go to clients as these have consented to advertising (P-2).

A client who refused or withdrew consent gets none unless the check is off; one who never said anything, only if it does not enforce. Addresses of no client
are those of subscribers, whom Frappe asks itself.
"""

from collections.abc import Collection, Iterable

import frappe
from frappe import _
from frappe.utils import cstr

from client_comms import acting, clock, controls
from client_comms.client_privacy import consents
from client_comms.clients import holders, parties
from client_comms.enforcement.compose import call_previous
from client_comms.i18n import bold, translate
from client_comms.rules import consent, html_text
from client_comms.rules import outgoing as rules

_ADD = "frappe.email.doctype.email_group.email_group.add_subscribers"


def before_queueing(queued) -> bool:
	"""Leave out of an email of this kind who has not consented; whether no one remains: then the row of the queue says why."""
	if not _is_advertising(queued):
		return False
	left_out = _left_out([row.recipient for row in queued.recipients])
	if not left_out:
		return False
	queued.recipients = [row for row in queued.recipients if row.recipient not in left_out]
	if not queued.recipients:
		queued.status, queued.error = "Error", _why(left_out)
	return not queued.recipients


def ended_meanwhile(queued, waiting: Collection[str]) -> str | None:
	"""Why a waiting email may not go out any more: consent was withdrawn, or has expired where it is required."""
	left_out = _left_out(waiting) if _is_advertising(queued) else None
	return _why(left_out) if left_out else None


def kept(recipients: Iterable[str]) -> list[str]:
	"""Those to whom a message of this kind may be sent."""
	recipients = list(recipients)
	left_out = _left_out(recipients)
	return [each for each in recipients if each not in left_out]


def tell_sender(doc, method=None) -> None:
	"""`on_update` of Newsletter and Email Campaign: who sends it now, or plans it, is told how many do not get it.

	The emails are queued in a job, whose rows say it of each.
	"""
	if acting.is_unattended():
		return
	if doc.doctype == "Newsletter":
		if doc.get("email_sent") and doc.has_value_changed("email_sent"):
			tell(doc.newsletter_recipients)
	elif doc.has_value_changed("recipient"):
		tell(_of_campaign(doc))


@frappe.whitelist()
def add_subscribers(name: str, email_list: str | list[str], **others):
	"""Frappe's method by which staff add to an Email Group, which welcomes each new member: without who has not consented."""
	given = email_list if isinstance(email_list, list) else cstr(email_list).replace(",", "\n").split("\n")
	given = [each for each in (cstr(each).strip() for each in given) if each]
	tell(given)
	return call_previous(_ADD, name=name, email_list=kept(given), **others)


def tell(recipients: Collection[str]) -> None:
	"""Say how many recipients are left out, or get it without consent."""
	without = _without_consent(recipients)
	left_out = _not_sent_to(without)
	purpose, total = bold(_(_settings().advertising_purpose)), len(recipients)
	said = []
	if left_out:
		text = _("Left out for lack of consent to {0}: {1} of {2} recipients.")
		said.append(text.format(purpose, len(left_out), total))
	if others := len(without) - len(left_out):
		text = _("Without consent to {0}, which the settings do not require: {1} of {2} recipients.")
		said.append(text.format(purpose, others, total))
	if said:
		frappe.msgprint("<br>".join(said), title=_("Consent"), indicator="orange")


def _settings():
	return frappe.get_cached_doc("Client Comms Settings")


def _is_on() -> bool:
	settings = _settings()
	return bool(settings.advertising_purpose) and settings.advertising_mode != controls.OFF


def _is_advertising(queued) -> bool:
	if not _is_on():
		return False
	if queued.reference_doctype in rules.ADVERTISING:
		return True
	# An Email Campaign files its message, and names nothing else.
	filed = queued.communication and not queued.reference_doctype
	return (
		bool(filed)
		and frappe.db.get_value("Communication", queued.communication, "reference_doctype")
		in rules.ADVERTISING
	)


def _of_campaign(doc) -> list[str]:
	if doc.email_campaign_for == "Email Group":
		members = {"email_group": doc.recipient, "unsubscribed": 0}
		return frappe.get_all("Email Group Member", members, pluck="email", order_by=None)
	address = frappe.db.get_value(doc.email_campaign_for, doc.recipient, "email_id")
	return [address] if address else []


def _left_out(recipients: Collection[str]) -> dict[str, consent.Decision]:
	return _not_sent_to(_without_consent(recipients))


def _not_sent_to(without: dict[str, consent.Decision]) -> dict[str, consent.Decision]:
	if _settings().advertising_mode == controls.WARN:
		return {each: decision for each, decision in without.items() if decision.rule in consent.SAID_NO}
	return without


def _without_consent(recipients: Collection[str]) -> dict[str, consent.Decision]:
	"""The recipients that belong to a client who has not consented, each with what was decided; as many queries as for one."""
	owners = holders.of(recipients) if recipients and _is_on() else {}
	people = {name for several in owners.values() for doctype, name in several if doctype == "Contact"}
	linked = _clients_of(people)
	clients = {
		given: {each for each in several if each[0] in parties.PARTY_TYPES}.union(
			*(linked.get(name, ()) for doctype, name in several if doctype == "Contact")
		)
		for given, several in owners.items()
	}
	same = parties.same_clients(set().union(*clients.values()))
	clients = {
		given: {each for client in several for each in same[client]} for given, several in clients.items()
	}
	purpose = _settings().advertising_purpose
	said = consents.of_clients(set().union(*clients.values()), purpose)
	found = {}
	for given, theirs in clients.items():
		contacts = [name for doctype, name in owners[given] if doctype == "Contact"]
		decision = _decide([each for client in theirs for each in said[client]], purpose, contacts)
		if theirs and not decision.allowed:
			found[given] = decision
	return found


def _clients_of(people: Collection[str]) -> dict[str, set[tuple[str, str]]]:
	"""Contact → its clients, confirmed or not."""
	found: dict[str, set[tuple[str, str]]] = {}
	if people:
		links = {
			"parenttype": "Contact",
			"parent": ("in", sorted(people)),
			"link_doctype": ("in", parties.PARTY_TYPES),
		}
		fields = ["parent", "link_doctype", "link_name"]
		for row in frappe.get_all("Dynamic Link", links, fields, order_by=None):
			found.setdefault(row.parent, set()).add((row.link_doctype, row.link_name))
	return found


def _decide(said: list[consent.Consent], purpose: str, contacts: list[str]) -> consent.Decision:
	"""About an address that several may hold: a no of any of them counts, otherwise a yes of any."""
	decisions = [
		consent.decide(said, consent.Request(purpose, contact=contact), clock.now())
		for contact in sorted(contacts) or [None]
	]
	return min(decisions, key=lambda each: (each.rule not in consent.SAID_NO, not each.allowed))


def _why(left_out: dict[str, consent.Decision]) -> str:
	address, decision = next(iter(left_out.items()))
	return f"{address}: {html_text.to_text(translate(decision.reason))}"
