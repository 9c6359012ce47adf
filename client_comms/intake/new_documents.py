"""Common code for documents that staff enter, a web form creates, or a button creates from a message."""

import frappe

from client_comms import transactions
from client_comms.enforcement.methods import relink
from client_comms.intake import failures, inbound_mail, website_form

INTERACTION = "Client Interaction"


def log_new(doc, log):
	"""Log a new document once: not if it is created by an email whose Communication follows, or from a logged message."""
	if inbound_mail.is_receiving():
		return
	doc.flags.client_comms_new = True
	failures.attempt(doc, lambda doc: _continued(doc) or website_form.continued(doc) or log(doc))
	doc.flags.client_comms_new = False


def _continued(doc):
	"""The conversation of the message from which the document is created; it is now about the document."""
	communication = relink.made_of_now()
	name = communication and frappe.db.get_value("Communication", communication, "client_interaction")
	if not name:
		return None
	interaction = transactions.locked(INTERACTION, name)
	if interaction.reference_doctype not in ("Issue", "Opportunity"):
		interaction.update({"reference_doctype": doc.doctype, "reference_name": doc.name})
		interaction.save_by_app()
	return interaction


def channel() -> str:
	"""The channel of the document: a web form, or the settings' channel for manual entries."""
	if frappe.flags.in_web_form or frappe.session.user == "Guest":
		return "Portal"
	return frappe.get_cached_doc("Client Comms Settings").issue_channel
