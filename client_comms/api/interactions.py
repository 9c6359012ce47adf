"""Log an interaction and act on its clocks (D-1, C-3, C-4).

Every action takes the interaction's name, needs write access to it, and returns the interaction as a dict.
What the clocks do not allow raises `ActionNotPossibleError` with what to do instead.
"""

from datetime import datetime

import frappe
from frappe import _

from client_comms import clock
from client_comms.exceptions import MissingDetailsError
from client_comms.i18n import translate
from client_comms.rules import response_clock

INTERACTION = "Client Interaction"
_LOGGABLE = (
	"company",
	"party_type",
	"party",
	"contact",
	"communication_type",
	"channel",
	"direction",
	"priority",
	"occurred_on",
	"subject",
	"summary",
	"responsible_staff",
	"confidentiality_level",
	"action_items",
	"evidence",
	"reference_doctype",
	"reference_name",
	"outgoing_reason",
)


@frappe.whitelist(methods=["POST"])
def log_interaction(**fields) -> dict:
	"""Log a call, email, meeting or any other interaction with a client (D-1, D-2).

	:param fields: fields of Client Interaction; `action_items` and `evidence` as lists of dicts (or JSON).
	    Company, responsible staff (the caller) and the moment (now) are filled in when left out.
	:raises MissingDetailsError: a detail of clause D-2 is missing
	:raises NotResponsibleError: the responsible staff lack the responsible party's role
	"""
	frappe.has_permission(INTERACTION, "create", throw=True)
	values = {
		key: frappe.parse_json(value) if key in ("action_items", "evidence") else value
		for key, value in fields.items()
		if key in _LOGGABLE
	}
	doc = frappe.new_doc(INTERACTION)
	doc.update(values)
	doc.company = doc.company or frappe.defaults.get_user_default("Company")
	doc.responsible_staff = doc.responsible_staff or frappe.session.user
	doc.insert()
	return _as_dict(doc)


@frappe.whitelist(methods=["POST"])
def acknowledge(name: str, note: str | None = None) -> dict:
	"""Receipt was confirmed to the client: meets the acknowledgement clock (C-3)."""
	return _record(name, response_clock.ACKNOWLEDGED, note)


@frappe.whitelist(methods=["POST"])
def promise(name: str, until: str | datetime, note: str | None = None) -> dict:
	"""The client was told when to expect the answer: meets the response clock, starts the promise clock (C-4).

	:param until: moment in the site's time zone, after now
	"""
	return _record(name, response_clock.PROMISED, note, promised_until=clock.parse(until) if until else None)


@frappe.whitelist(methods=["POST"])
def answer(name: str, note: str | None = None) -> dict:
	"""The client has the full answer: meets every open clock (C-4)."""
	return _record(name, response_clock.ANSWERED, note)


@frappe.whitelist(methods=["POST"])
def pause(name: str, note: str | None = None) -> dict:
	"""Nothing can be done until the client answers: clocks keep their remaining working time."""
	return _record(name, response_clock.PAUSED, note)


@frappe.whitelist(methods=["POST"])
def resume(name: str) -> dict:
	"""Go on after a pause: the remaining working time runs from now."""
	return _record(name, response_clock.RESUMED)


@frappe.whitelist(methods=["POST"])
def close(name: str) -> dict:
	"""Close the interaction; the documentation that the matrix owes must be there (M-1).

	:raises MissingDocumentationError: documentation is missing and the mode is Enforce
	"""
	doc = _writable(name)
	doc.check_event(response_clock.CLOSED, clock.now())
	doc.validate_documentation()
	doc.record(response_clock.CLOSED)
	return _as_dict(doc)


@frappe.whitelist(methods=["POST"])
def reopen(name: str, reason: str) -> dict:
	"""Open a closed interaction again: an answer is owed anew.

	:raises MissingDetailsError: no reason is given
	"""
	if not (reason or "").strip():
		frappe.throw(
			_("Say why the interaction is opened again."), exc=MissingDetailsError, title=_("Reason Missing")
		)
	return _record(name, response_clock.REOPENED, reason)


@frappe.whitelist()
def owed_documentation(name: str) -> list[dict]:
	"""What documentation the interaction still owes: `[{"method", "message"}]` (M-1)."""
	doc = frappe.get_doc(INTERACTION, name)
	doc.check_permission("read")
	return [{"method": m.method, "message": translate(m.message)} for m in doc.missing_documentation()]


def _record(name: str, event: str, note: str | None = None, promised_until=None) -> dict:
	doc = _writable(name)
	doc.record(event, note=note, promised_until=promised_until)
	return _as_dict(doc)


def _writable(name: str):
	doc = frappe.get_doc(INTERACTION, name, for_update=True)
	doc.check_permission("write")
	return doc


def _as_dict(doc) -> dict:
	return doc.as_dict(no_nulls=False, convert_dates_to_str=True)
