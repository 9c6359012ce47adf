"""Why a method cannot be asked."""

from collections import Counter

import frappe

from client_comms.leak_check.census import arguments
from client_comms.leak_check.census.methods import Method
from client_comms.leak_check.census.observer import CHANGED, LEFT, OVERHEARD
from client_comms.leak_check.census.reviewed import REVIEWED
from client_comms.leak_check.census.scene import GUEST, READER
from client_comms.procedure import COMPLIANCE_OFFICER

STOPS = {
	"starts a program",
	"connects to another service",
	"changes the structure of the database",
	"takes too long",
}
NAMES_NOTHING = "no parameter can name a record, and without one it shows nothing"
READ_IT = "reads the text and shows nothing"
READ_NOTHING = "reads nothing of the record"


def reason(method: Method) -> str | None:
	"""A reason that can be told without a call."""
	wrappers = frappe.get_hooks("override_whitelisted_methods", app_name="client_comms").values()
	if [method.path] in wrappers:
		return "wraps a method that is asked by its own name"
	return None


def reviewed(method: Method) -> str | None:
	"""A reason that the method's source shows, for those that end before they do anything, whatever they are sent."""
	_doctype, _colon, of_any = method.key.partition(": ")
	return REVIEWED.get(method.key) or REVIEWED.get(f"*: {of_any}")


def by_learned_end(ended: Counter) -> str | None:
	"""A reason that Administrator's calls show once it is known which documents the method asks for."""
	if stopped := set(ended) & STOPS:
		return ", ".join(sorted(stopped))
	if ended.get(READ_IT):
		return "shows nothing of the record, not even to Administrator"
	if ended.get(READ_NOTHING):
		return "works with a document that refers to the record, or with any, and reads nothing of the record"
	return None


def by_end(method: Method, ended: Counter) -> str | None:
	"""A reason that Administrator's calls show, none of which did anything with the record."""
	stopped = set(ended) & STOPS
	if stopped:
		return ", ".join(sorted(stopped))
	if not arguments.can_name(method):
		return NAMES_NOTHING
	if ended.get(READ_IT):
		return "shows nothing of the record, not even to Administrator"
	if set(ended) <= {READ_NOTHING}:
		return READ_NOTHING
	return None


_NAMES_OF_CLIENTS = (
	"the sender of a message becomes a Contact or Lead of that name; names of clients are not protected"
	" (docs/confidentiality.md)"
)
_REMARK = "who may read a record may comment on it and like it; that is all that changed"
_NOTED = (
	"who may read a document may answer it, take a to-do about it, or make a customer of it; Frappe and ERPNext note that"
	" in the document, and it is all that changed"
)
_OVERSIGHT = "who has oversight of the level decides who gets access"
_ERASING = "Compliance Officers erase without reading: a run names records and shows nothing of them"
_FILED = "who may change what belongs to a record may file it elsewhere, for those who read that"


def _in(*doctypes: str) -> tuple[str, ...]:
	"""The ways in which a text comes out that stands in new or changed documents of these DocTypes."""
	rooms = (OVERHEARD.format(f"{kind} of {each}") for kind in ("doc", "doctype") for each in doctypes)
	return *(LEFT.format(each) for each in doctypes), *rooms


_CHANGED = (CHANGED,)
# Findings that are not leaks -> why. The key is a method, the ways in which something came, and the login if only one may.
NOT_LEAKS = {
	("erpnext.crm.doctype.lead.lead.make_lead_from_communication", _in("Contact"), None): _NAMES_OF_CLIENTS,
	(
		"erpnext.crm.doctype.opportunity.opportunity.make_opportunity_from_communication",
		_in("Contact"),
		None,
	): _NAMES_OF_CLIENTS,
	(
		"frappe.core.doctype.communication.email.mark_email_as_seen",
		_CHANGED,
		None,
	): "the picture in a sent email, by which Frappe learns that it was opened, is for everyone who has the email",
	(
		"surface: request for a copy of somebody else's data",
		("answer",),
		GUEST,
	): "before a login anyone can ask, and Frappe sends the copy to the address of the account that was named",
	("surface: Lead made from a message", _in("Contact"), None): _NAMES_OF_CLIENTS,
	("surface: Opportunity made from a message", _in("Contact"), None): _NAMES_OF_CLIENTS,
	(
		"surface: email with somebody else's file",
		_in("Communication"),
		None,
	): "who may read a file and attaches it to a message tells its name to those who read the message",
	(
		"erpnext.edi.doctype.code_list.code_list_import.import_genericode",
		_in("Code List", "Comment", "File"),
		None,
	): "who may read a file and makes a list of codes of it shows it, and attaches it, to those who read the list",
	("client_comms.api.access.decline_access", _CHANGED, READER): _OVERSIGHT,
	("client_comms.api.access.grant_access", _CHANGED, READER): _OVERSIGHT,
	("client_comms.api.retention.approve_run", _CHANGED, COMPLIANCE_OFFICER): _ERASING,
	("client_comms.api.retention.discard_run", _CHANGED, COMPLIANCE_OFFICER): _ERASING,
	("client_comms.api.retention.resume_run", _CHANGED, COMPLIANCE_OFFICER): _ERASING,
	(
		"erpnext.accounts.doctype.chart_of_accounts_importer.chart_of_accounts_importer.import_coa",
		_in("Account"),
		None,
	): "who may read a file and makes accounts of it shows them to those who read accounts",
	(
		"client_comms.api.satisfaction.rate",
		_CHANGED,
		None,
	): "the link was sent to the client alone, and takes a rating from whoever has it",
	("own Communication", _CHANGED, READER): _NOTED,
	("own Customer", _CHANGED, READER): _NOTED,
	("own ToDo", _CHANGED, READER): _NOTED,
	("frappe.client.insert_many", _CHANGED, READER): _REMARK,
	(
		"frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs",
		_in("Comment", "Email Queue", "ToDo", "Version"),
		None,
	): _FILED,
	("frappe.desk.form.utils.add_comment", _CHANGED, READER): _REMARK,
	("frappe.desk.like.toggle_like", _CHANGED, READER): _REMARK,
	("frappe.templates.includes.comments.comments.add_comment", _CHANGED, READER): _REMARK,
}


def finding(method: str, came: str, login: str) -> str | None:
	"""Why something that a login got at is not a leak."""
	return next(
		(
			why
			for (known, ways, who), why in NOT_LEAKS.items()
			if known == method and came in ways and who in (None, login)
		),
		None,
	)
