"""Questions whose answer tells whether something is true of a record, without showing it."""

import frappe

from client_comms import compat
from client_comms.leak_check.bait import INTERACTION
from client_comms.leak_check.bait.planting import OWING
from client_comms.leak_check.bait.record import insert_row
from client_comms.leak_check.surfaces.surface import BY_REQUEST, ROWS, overridden, surface

_REFUSED = 403


def _differ(ask, bait) -> bool:
	"""Whether a question about the hidden text is answered otherwise than one about a text that no record has."""
	return ask(bait.word).status != ask(f"{bait.word}none").status


@surface("client.get by a filter on hidden text", overridden("frappe.client.get"))
def get_by_text(visitor, bait, planted):
	return _differ(
		lambda word: visitor.call(
			"frappe.client.get", doctype=INTERACTION, filters={"summary": ["like", f"{word} %"]}
		),
		bait,
	)


@surface("conditions on hidden text in place of a name", BY_REQUEST)
def name_by_text(visitor, bait, planted):
	"""The change leaves the record as it is, but saving it computes the clocks from its history, which has none."""

	def ask(word):
		named = {"doctype": INTERACTION, "name": {"summary": ["like", f"{word} %"]}}
		return visitor.call(
			"frappe.desk.calendar.update_event",
			args={**named, "subject": f"{bait.word} subject"},
			field_map={"start": "subject", "end": "subject"},
		)

	found = _differ(ask, bait)
	frappe.db.set_value(INTERACTION, bait.name, OWING, update_modified=False)
	return found


_TODAY = "frappe.email.doctype.notification.notification.get_documents_for_today"


@surface("documents of a Notification with a condition on hidden text", overridden(_TODAY))
def documents_of_notification(visitor, bait, planted):
	notification = insert_row(
		"Notification",
		name=f"{bait.name}-NOTIFICATION",
		document_type=INTERACTION,
		event="Days After",
		days_in_advance=0,
		date_changed="creation",
		condition=f"'{bait.word}' in (doc.summary or '')",
		channel="System Notification",
	)
	found = visitor.call(_TODAY, notification=notification).message
	frappe.db.delete("Notification", {"name": notification})
	return bait.name in (found or ())


@surface("contacts of a document that is to be repeated", BY_REQUEST)
def contacts_of_repeated(visitor, bait, planted):
	repeat = {
		"doctype": "Auto Repeat",
		"__islocal": 1,
		"reference_doctype": INTERACTION,
		"reference_document": bait.name,
	}
	# The contact of the test records has no address, at which Frappe fails.
	return visitor.call("run_doc_method", docs=repeat, method="fetch_linked_contacts").status != _REFUSED


_LISTEN, _NAME = (
	("frappe.realtime.has_permission", "name")
	if compat.is_version_16()
	else ("frappe.realtime.can_subscribe_doc", "docname")
)


@surface("permission for a row", overridden("frappe.client.has_permission"))
def permission_for_row(visitor, bait, planted):
	for doctype in ROWS[1:]:
		answer = visitor.call("frappe.client.has_permission", doctype=doctype, docname=bait.names[doctype])
		if answer.message and answer.message["has_permission"]:
			return True
	return False


@surface("permission to listen to a row", overridden(_LISTEN))
def listen_to_row(visitor, bait, planted):
	return any(
		visitor.call(_LISTEN, **{"doctype": doctype, _NAME: bait.names[doctype]}).ok for doctype in ROWS[1:]
	)
