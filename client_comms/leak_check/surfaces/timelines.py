"""Timelines, and documents that link to an interaction or its messages, events and calls."""

import frappe

from client_comms import compat
from client_comms.leak_check.bait import INTERACTION, PARTIES
from client_comms.leak_check.surfaces.surface import BY_EVENT, BY_TOOL, linked_by_own, overridden, surface

_MAY_LISTEN = "has_permission" if compat.is_version_16() else "can_subscribe_doc"


@surface("text of a message in a column of its document", BY_EVENT, control=False)
def comments_column(visitor, bait, planted):
	"""No document keeps it, so it is returned to no one."""
	frappe.get_doc("Communication", bait.names["Message of Lead"]).run_method("on_update")
	lead = planted.parties["Lead"]
	answer = visitor.call(
		"frappe.client.get_list", doctype="Lead", fields=["_comments"], filters={"name": lead}
	)
	frappe.db.set_value("Lead", lead, "_comments", None, update_modified=False)
	return answer


def _timeline(doctype):
	@surface(f"timeline of {doctype}", overridden("frappe.desk.form.load.getdoc"))
	def shown(visitor, bait, planted):
		return visitor.ask("frappe.desk.form.load.getdoc", doctype=doctype, name=planted.parties[doctype])

	@surface(f"more of the timeline of {doctype}", overridden("frappe.desk.form.load.get_communications"))
	def more(visitor, bait, planted):
		return visitor.ask(
			"frappe.desk.form.load.get_communications",
			doctype=doctype,
			name=planted.parties[doctype],
			limit=50,
		)


for _doctype in PARTIES:
	_timeline(_doctype)


@surface("reloaded timeline", overridden("frappe.desk.form.load.get_docinfo"))
def timeline_docinfo(visitor, bait, planted):
	return visitor.ask(
		"frappe.desk.form.load.get_docinfo", doctype="Contact", name=planted.parties["Contact"]
	)


@surface("documents linked with a contact")
def linked_with(visitor, bait, planted):
	linked = visitor.ask(
		"frappe.desk.form.linked_with.get", doctype="Contact", docname=planted.parties["Contact"]
	)
	return bait.name in linked.text


@surface("timeline links, list")
def communication_links(visitor, bait, planted):
	return bool(
		visitor.call(
			"frappe.client.get_list",
			doctype="Communication Link",
			parent="Communication",
			fields=["name", "link_name"],
			filters={"parent": bait.names["Communication"]},
		).message
	)


@surface("open activities", overridden("erpnext.crm.utils.get_open_activities"))
def open_activities(visitor, bait, planted):
	return visitor.call(
		"erpnext.crm.utils.get_open_activities", ref_doctype=INTERACTION, ref_docname=bait.name
	)


@surface(
	"open activities, the DocType spelled otherwise", overridden("erpnext.crm.utils.get_open_activities")
)
def other_spelling(visitor, bait, planted):
	return visitor.call(
		"erpnext.crm.utils.get_open_activities", ref_doctype=f"{INTERACTION.lower()} ", ref_docname=bait.name
	)


@surface("events of the calendar", overridden("frappe.desk.doctype.event.event.get_events"))
def event_calendar(visitor, bait, planted):
	day = str(frappe.utils.getdate())
	return visitor.ask("frappe.desk.doctype.event.event.get_events", start=day, end=day)


@surface("events among the activities of a contact", overridden("erpnext.crm.utils.get_open_activities"))
def activities_of_contact(visitor, bait, planted):
	return visitor.ask(
		"erpnext.crm.utils.get_open_activities",
		ref_doctype="Contact",
		ref_docname=planted.parties["Contact"],
	)


if compat.is_version_16():

	@surface(
		"events that are over, among the activities of a contact",
		overridden("erpnext.crm.utils.get_open_activities"),
	)
	def activities_that_are_over(visitor, bait, planted):
		event, contact = bait.names["Event"], planted.parties["Contact"]
		frappe.db.set_value("Event", event, "status", "Closed", update_modified=False)
		answer = visitor.call(
			"erpnext.crm.utils.get_open_activities", ref_doctype="Contact", ref_docname=contact
		)
		frappe.db.set_value("Event", event, "status", "Open", update_modified=False)
		return answer


@surface("participants of an event, list")
def participants(visitor, bait, planted):
	return visitor.call(
		"frappe.client.get_list",
		doctype="Event Participants",
		parent="Event",
		fields=["email"],
		filters={"name": bait.names["Event Participants"]},
	)


def _row_in_list(doctype, parent):
	@surface(f"{doctype} of {parent}, list")
	def in_list(visitor, bait, planted):
		return visitor.call(
			"frappe.client.get_list",
			doctype=doctype,
			parent=parent,
			fields=["*"],
			filters={"name": bait.names[doctype]},
		)


_row_in_list("Dynamic Link", "Call Log")
_row_in_list("Email Queue Recipient", "Email Queue")


@surface("Consent Data Category of an interaction")
def data_category(visitor, bait, planted):
	row = frappe.get_doc({"doctype": "Consent Data Category", "data_category": f"{bait.word} category"})
	row.update({"parenttype": INTERACTION, "parent": bait.name, "parentfield": "data_categories"})
	row.db_insert()
	listed = visitor.call(
		"frappe.client.get_list",
		doctype=row.doctype,
		parent=INTERACTION,
		fields=["*"],
		filters={"name": row.name},
	)
	fetched = visitor.get(f"/api/resource/{row.doctype}/{row.name}")
	frappe.db.delete(row.doctype, {"name": row.name})
	return bait.word in listed.text or fetched


def _row_by_name(doctype, parent):
	@surface(f"{doctype} by its name", control=False)
	def by_name(visitor, bait, planted):
		return (
			visitor.call("frappe.client.get", doctype=doctype, name=bait.names[doctype], parent=parent).ok
			or visitor.get(f"/api/resource/{doctype}/{bait.names[doctype]}").ok
		)


_row_by_name("Communication Link", "Communication")
_row_by_name("Dynamic Link", "Call Log")
_row_by_name("Email Queue Recipient", "Email Queue")
_row_by_name("Event Participants", "Event")


def _own_reply(visitor, bait):
	return linked_by_own(
		visitor,
		"Communication",
		{
			"communication_type": "Communication",
			"communication_medium": "Event",  # neither logged nor checked at the gate
			"subject": "leakbait reply",
			"content": "x",
			"in_reply_to": bait.names["Communication"],
		},
	)


@surface("linked documents in REST (expand_links)", BY_EVENT)
def expand_links(visitor, bait, planted):
	own = _own_reply(visitor, bait)
	return own and visitor.get(f"/api/resource/Communication/{own}", expand_links="true")


# Frappe 16.0-dev does not join a table with itself: it returns the message's own field.
@surface("fields of a linked message in a list (link.field)", BY_EVENT, control=not compat.is_version_16())
def link_field(visitor, bait, planted):
	own = _own_reply(visitor, bait)
	return own and visitor.call(
		"frappe.client.get_list",
		doctype="Communication",
		fields=["name", "in_reply_to.content as quoted"],
		filters={"name": own},
	)


def _appointment(name, ask):
	"""A document that the visitor can read and that links to the hidden event."""

	@surface(
		f"fields of a linked document ({name})",
		"Another app replaces before_request: run bench clear-cache.",
		control=False,
	)
	def linked_field(visitor, bait, planted):
		made = frappe.get_doc(
			{"doctype": "Appointment", "name": f"{bait.name}-MEET", "customer_name": "x"},
		)
		made.update({"calendar_event": bait.names["Event"], "scheduled_time": frappe.utils.now()})
		made.db_insert()
		answer = ask(visitor, made.name)
		frappe.db.delete("Appointment", {"name": made.name})
		return answer


_appointment(
	"link.field",
	lambda visitor, name: visitor.call(
		"frappe.client.get_list",
		doctype="Appointment",
		fields=["name", "calendar_event.subject as subject"],
		filters={"name": name},
	),
)
_appointment(
	"link.field, of a method named beside another address",
	lambda visitor, name: visitor.request(
		"POST",
		"/api/resource/User",
		{
			"cmd": "frappe.client.get_list",
			"doctype": "Appointment",
			"fields": '["name", "calendar_event.subject as subject"]',
			"filters": frappe.as_json({"name": name}),
		},
	),
)
_appointment(
	"link.field, the dot as an escape of JSON",
	lambda visitor, name: visitor.call(
		"frappe.client.get_list",
		doctype="Appointment",
		fields=r'["name", "calendar_event\u002esubject as subject"]',
		filters={"name": name},
	),
)
_appointment(
	"link.field, in a calendar",
	lambda visitor, name: visitor.call(
		"frappe.desk.calendar.get_events",
		doctype="Appointment",
		start="2000-01-01",
		end="2100-01-01",
		field_map={"start": "scheduled_time", "end": "scheduled_time", "title": "calendar_event.subject"},
		filters=[["Appointment", "name", "=", name]],
	),
)


@surface(
	"text of a message sent to open forms",
	BY_TOOL.format(
		doctype="Communication", ours="client_comms.enforcement.doctypes.communication.GuardedCommunication"
	),
	control=False,  # it is not sent to anyone; forms reload it
)
def sent_to_open_forms(visitor, bait, planted):
	message = frappe.get_doc("Communication", f"{bait.name}-LEAD")
	about = {"doctype": message.reference_doctype, "name": message.reference_name}
	listens = visitor.call(f"frappe.realtime.{_MAY_LISTEN}", docname=about["name"], **about).ok
	message.notify_change("update")
	sent = frappe.as_json(getattr(frappe.local, "_realtime_log", []))
	frappe.realtime.clear_realtime_log()
	return listens and bait.word in sent
