"""What belongs to an interaction: messages, comments, to-dos, notifications and the like."""

import frappe

from client_comms import compat
from client_comms.leak_check.bait import INTERACTION
from client_comms.leak_check.bait.record import insert_row
from client_comms.leak_check.surfaces.surface import (
	BY_EVENT,
	BY_TOOL,
	all_planted,
	overridden,
	surface,
)

# Dependents with their own text; shares, follows and views have none.
DEPENDENTS = (
	"Access Log",
	"Activity Log",
	"Auto Repeat",
	"Call Log",
	"Client Disclosure",
	"Comment",
	"Communication",
	"Discussion Reply",
	"Discussion Topic",
	"Document Share Key",
	"Email Queue",
	"Email Unsubscribe",
	"Erasure Item",
	"Error Log",
	"Event",
	"File",
	"Integration Request",
	"Interaction Review",
	"Legal Hold",
	"Milestone",
	"Physical File",
	"Submission Queue",
	"Tag Link",
	"ToDo",
	"Version",
	"Wording Finding",
	"Workflow Action",
)


def _belonging(doctype):
	@surface(f"{doctype}, list")
	def in_list(visitor, bait, planted):
		return visitor.ask(
			"frappe.client.get_list",
			doctype=doctype,
			fields=["*"],
			filters={"name": all_planted(planted, doctype)},
		)

	@surface(f"{doctype} by its name")
	def by_name(visitor, bait, planted):
		return visitor.call("frappe.client.get", doctype=doctype, name=bait.names[doctype])

	@surface(f"{doctype}, REST")
	def by_rest(visitor, bait, planted):
		return visitor.get(f"/api/resource/{doctype}/{bait.names[doctype]}")

	@surface(f"{doctype}, form", overridden("frappe.desk.form.load.getdoc"))
	def in_form(visitor, bait, planted):
		return visitor.call("frappe.desk.form.load.getdoc", doctype=doctype, name=bait.names[doctype])

	@surface(f"{doctype}, report view")
	def reported(visitor, bait, planted):
		return visitor.ask(
			"frappe.desk.reportview.get",
			doctype=doctype,
			fields=["*"],
			filters=[[doctype, "name", *all_planted(planted, doctype)]],
		)

	@surface(f"{doctype}, count by hidden text")
	def counted(visitor, bait, planted):
		column = {
			"Access Log": "page",
			"Activity Log": "subject",
			"Auto Repeat": "message",
			"Call Log": "summary",
			"Client Disclosure": "description",
			"Communication": "subject",
			"Discussion Reply": "reply",
			"Discussion Topic": "title",
			"Document Share Key": "key",
			"Email Queue": "message",
			"Email Unsubscribe": "email",
			"Erasure Item": "reason",
			"Error Log": "error",
			"Event": "subject",
			"File": "file_name",
			"Integration Request": "data",
			"Interaction Review": "summary",
			"Legal Hold": "reason",
			"Milestone": "value",
			"Physical File": "title",
			"Submission Queue": "exception",
			"Tag Link": "title",
			"ToDo": "description",
			"Version": "data",
			"Wording Finding": "term",
			"Workflow Action": "workflow_state",
		}.get(doctype, "content")
		return visitor.call(
			"frappe.client.get_count", doctype=doctype, filters=[[doctype, column, "like", f"%{bait.word}%"]]
		).message


for _doctype in DEPENDENTS:
	_belonging(_doctype)


@surface("Email Queue, of a message that is filed elsewhere")
def email_of_message(visitor, bait, planted):
	name = bait.names["Email of Message"]
	listed = visitor.call(
		"frappe.client.get_list", doctype="Email Queue", fields=["message"], filters={"name": name}
	)
	return bait.word in listed.text or visitor.get(f"/api/resource/Email Queue/{name}")


if not compat.is_version_16():

	@surface("Energy Point Log", control=False)
	def energy_points(visitor, bait, planted):
		return visitor.call(
			"frappe.desk.page.user_profile.user_profile.get_energy_points_list",
			start=0,
			limit=50,
			user="Administrator",
		)


def _deleted(doctype):
	@surface(f"deleted {doctype}")
	def deleted(visitor, bait, planted):
		name = bait.names[f"Deleted {doctype}"]
		answers = [
			visitor.call(
				"frappe.client.get_list", doctype="Deleted Document", fields=["data"], filters={"name": name}
			),
			visitor.call("frappe.client.get", doctype="Deleted Document", name=name),
		]
		return any(bait.word in each.text for each in answers)


for _doctype in (INTERACTION, "Communication", "Comment", "Interaction Evidence", "Wording Finding"):
	_deleted(_doctype)


@surface(
	"web form, a document of the user's own",
	BY_TOOL.format(doctype="Web Form", ours="client_comms.enforcement.doctypes.web_form.GuardedWebForm"),
)
def own_in_web_form(visitor, bait, planted):
	owner = frappe.db.get_value(INTERACTION, bait.name, "owner")
	frappe.db.set_value(INTERACTION, bait.name, "owner", visitor.user, update_modified=False)
	answer = visitor.call(
		"frappe.website.doctype.web_form.web_form.get_form_data",
		doctype=INTERACTION,
		docname=bait.name,
		web_form_name="request-data",  # one without link fields, whose choices version 16 cannot always answer
	)
	frappe.db.set_value(INTERACTION, bait.name, "owner", owner, update_modified=False)
	return answer


@surface(
	"System Console",
	BY_TOOL.format(
		doctype="System Console", ours="client_comms.enforcement.doctypes.admin_tools.GuardedSystemConsole"
	),
)
def system_console(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.doctype.system_console.system_console.execute_code",
		doc={
			"doctype": "System Console",
			"type": "SQL",
			"console": f"select summary from `tab{INTERACTION}` where name = '{bait.name}' /* leakbait */",
		},
	)


@surface(
	"errors that the System Health Report names",
	BY_TOOL.format(
		doctype="System Health Report",
		ours="client_comms.enforcement.doctypes.admin_tools.GuardedSystemHealthReport",
	),
	control=False,  # it names the most frequent ones
)
def health_report(visitor, bait, planted):
	report = "System Health Report"
	return visitor.call("frappe.desk.form.load.getdoc", doctype=report, name=report)


@surface("notifications of the desk", BY_EVENT)
def notifications(visitor, bait, planted):
	return visitor.ask(
		"frappe.desk.doctype.notification_log.notification_log.get_notification_logs", limit=50
	)


@surface("email digest of followed documents", BY_EVENT, control=False)
def follow_digest(visitor, bait, planted):
	# Sent by the scheduler, so there is no request to make.
	from frappe.desk.form.document_follow import get_message_for_user

	messages, _documents = get_message_for_user("Hourly", visitor.user)
	return bait.word in frappe.as_json(messages)


@surface("to-do report")
def todo_report(visitor, bait, planted):
	return visitor.ask(
		"frappe.desk.query_report.run", report_name="ToDo", filters={}, ignore_prepared_report=True
	)


def _listed(visitor, bait, doctype, field):
	named = {"name": bait.names[doctype]}
	return visitor.call("frappe.client.get_list", doctype=doctype, fields=["name", field], filters=named)


@surface("received mail that could not be processed, list")
def unhandled_email(visitor, bait, planted):
	return _listed(visitor, bait, "Unhandled Email", "raw")


@surface("received mail that could not be processed, by its name")
def unhandled_email_by_name(visitor, bait, planted):
	return visitor.get(f"/api/resource/Unhandled Email/{bait.names['Unhandled Email']}")


@surface("text messages that were sent, list")
def text_message(visitor, bait, planted):
	return _listed(visitor, bait, "SMS Log", "message")


@surface("received mail that could not be stored, list")
def unprocessed_email(visitor, bait, planted):
	return _listed(visitor, bait, "Unprocessed Email", "subject")


@surface("import that somebody else entered")
def import_of_another(visitor, bait, planted):
	return _listed(visitor, bait, "Data Import", "template_warnings")


@surface("import that somebody else entered, by its name")
def import_by_name(visitor, bait, planted):
	return visitor.get(f"/api/resource/Data Import/{bait.names['Data Import']}")


@surface("rows of an import that somebody else entered")
def rows_of_import(visitor, bait, planted):
	named = {"name": bait.names["Data Import Log"]}
	answers = [
		visitor.get(f"/api/resource/Data Import Log/{named['name']}"),
		visitor.call("frappe.client.get_list", doctype="Data Import Log", fields=["messages"], filters=named),
		visitor.call(
			"frappe.core.doctype.data_import.data_import.get_import_logs",
			data_import=bait.names["Data Import"],
		),
	]
	return any(bait.word in each.text for each in answers)


@surface("link with which the client rates it", control=False)
def rating_link(visitor, bait, planted):
	about = {"kind": "Rating", "client_interaction": bait.name, "sent_to": bait.word}
	link = insert_row("Client Access Link", name=f"{bait.name}-RATING", **about)
	found = visitor.call(
		"frappe.client.get_list", doctype="Client Access Link", fields=["sent_to"], filters={"name": link}
	)
	frappe.db.delete("Client Access Link", {"name": link})
	return found
