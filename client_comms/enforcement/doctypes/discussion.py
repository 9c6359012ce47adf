"""Discussions of Frappe's website (P-2): any login begins one about any document, by its name alone, and each reply is sent to the browsers of all
visitors. Of a record, a comment says the same to those who can read it.
"""

import frappe
from frappe import _

from client_comms import compat
from client_comms.enforcement import dependents, guards, refusals, sharing
from client_comms.enforcement.row_conditions import of_row
from client_comms.i18n import bold

TOPIC, REPLY = "Discussion Topic", "Discussion Reply"


def refuse_topic(doc, method=None) -> None:
	"""`validate` of a topic.

	:raises frappe.PermissionError: it is about a document that can be confidential
	"""
	if doc.reference_doctype and guards.named(doc.reference_doctype) in sharing.held():
		_refuse(doc.reference_doctype)


def refuse_reply(doc, method=None) -> None:
	"""`validate` of a reply, also in a topic that was begun before this app refused it."""
	if topic := doc.topic and frappe.db.get_value(TOPIC, doc.topic, ["reference_doctype"], as_dict=True):
		refuse_topic(topic)


def _refuse(doctype: str) -> None:
	frappe.throw(
		_(
			"Discussions are sent to all visitors of the website, so there are none about {0}. Add a comment instead."
		).format(bold(_(doctype))),
		exc=frappe.PermissionError,
		title=_("Not Permitted"),
	)


def reply_condition(user=None, doctype=None, names=None) -> str:
	"""A reply is as confidential as its topic."""
	readable = dependents.condition(user, TOPIC)
	return of_row(TOPIC, f"`tab{REPLY}`.`topic`", readable, missing="1") if readable else ""


def has_reply_permission(doc, ptype=None, user=None, debug=False):
	stored = doc.name and frappe.db.get_value(REPLY, doc.name, "topic")
	if any(topic and guards.objects(TOPIC, topic, ptype, user) for topic in {stored, doc.topic}):
		return compat.objection(refusals.without_clearance())
	return compat.no_objection()
