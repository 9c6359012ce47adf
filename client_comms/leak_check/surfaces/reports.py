"""Reports and methods of ERPNext and of this app."""

import frappe

from client_comms.enforcement import documents
from client_comms.leak_check.bait import INTERACTION
from client_comms.leak_check.bait.record import insert_row
from client_comms.leak_check.surfaces.surface import BY_CLASS, overridden, surface
from client_comms.rules import access


def _report(visitor, name, filters, ask=None):
	return (ask or visitor.call)(
		"frappe.desk.query_report.run", report_name=name, filters=filters, ignore_prepared_report=True
	)


def _rows_of(visitor, bait, planted, name) -> bool:
	"""Whether a counting report contains anything for the day of this record, which no other record has."""
	filters = {
		"party_type": "Customer",
		"party": planted.parties["Customer"],
		"from_date": bait.day,
		"to_date": bait.day,
	}
	found = _report(visitor, name, filters).message
	return bool(found and found.get("result"))


@surface("ERPNext's report that quotes messages (Prospects Engaged But Not Converted)", BY_CLASS)
def quoting_report(visitor, bait, planted):
	return _report(
		visitor,
		"Prospects Engaged But Not Converted",
		{"lead": planted.parties["Lead"], "no_of_interaction": 50},
		visitor.ask,
	)


@surface("Lead at a level, report Lead Details", BY_CLASS, control=False)
def lead_report(visitor, bait, planted):
	company, today = frappe.db.get_value("Company", {}), str(frappe.utils.getdate())
	found = _report(
		visitor, "Lead Details", {"company": company, "from_date": today, "to_date": today}, visitor.ask
	)
	return documents.is_governed("Lead") and found


@surface("saved report with a field of a linked document", BY_CLASS, control=False)
def saved_report(visitor, bait, planted):
	"""A document that the visitor can read and that links to the hidden event, in a report that an administrator saved."""
	made = insert_row(
		"Appointment",
		name=f"{bait.name}-MEET",
		customer_name="x",
		calendar_event=bait.names["Event"],
		scheduled_time=frappe.utils.now(),
	)
	columns = [["name", "Appointment"], ["calendar_event.subject", "Appointment"]]
	filters = [["Appointment", "name", "=", made, False]]
	report = insert_row(
		"Report",
		name=f"{bait.name}-REPORT",
		report_name=f"{bait.name}-REPORT",
		ref_doctype="Appointment",
		report_type="Report Builder",
		is_standard="No",
		json=frappe.as_json({"fields": columns, "filters": filters}),
	)
	email = insert_row(
		"Auto Email Report",
		name=f"{bait.name}-SAVED",
		report=report,
		report_type="Report Builder",
		user=visitor.user,
		format="CSV",
		filters="{}",
	)
	answer = visitor.call("frappe.email.doctype.auto_email_report.auto_email_report.download", name=email)
	frappe.db.delete("Auto Email Report", {"name": email})
	frappe.db.delete("Report", {"name": report})
	frappe.db.delete("Appointment", {"name": made})
	return answer.ok  # Frappe 15.103 leaves the column empty, in a report that is not refused


@surface("report Wording Findings")
def wording_report(visitor, bait, planted):
	return _report(visitor, "Wording Findings", {}, visitor.ask)


@surface("report Owed Today")
def owed_report(visitor, bait, planted):
	return _report(visitor, "Owed Today", {}, visitor.ask)


@surface(
	"report Owed Today, export", overridden("frappe.desk.query_report.export_query"), action=access.EXPORT
)
def owed_export(visitor, bait, planted):
	return visitor.ask(
		"frappe.desk.query_report.export_query",
		report_name="Owed Today",
		filters={},
		file_format_type="CSV",
		visible_idx=[],
	)


@surface("report Team Board")
def team_board(visitor, bait, planted):
	return _report(
		visitor,
		"Team Board",
		{"party_type": "Customer", "party": planted.parties["Customer"]},
		visitor.ask,
	)


for _name in ("Response Compliance", "Interaction Ageing", "Late Logs"):
	surface(f"report {_name}, counts")(
		lambda visitor, bait, planted, name=_name: _rows_of(visitor, bait, planted, name)
	)


@surface("deadlines on the form of a document")
def deadlines_of_document(visitor, bait, planted):
	return visitor.call(
		"client_comms.api.open_interactions", doctype="Opportunity", name=f"{bait.name}-ABOUT"
	)


@surface("calendar of deadlines")
def deadline_calendar(visitor, bait, planted):
	return visitor.call(
		"client_comms.api.calendar.get_events",
		doctype=INTERACTION,
		start=str(frappe.utils.getdate()),
		end="2100-01-01",
		filters=[[INTERACTION, "name", "=", bait.name]],
	)


@surface("documentation that is owed")
def owed_documentation(visitor, bait, planted):
	return visitor.call("client_comms.api.owed_documentation", name=bait.name).ok


@surface("gate of what goes out")
def gate(visitor, bait, planted):
	return visitor.call(
		"client_comms.api.check_outgoing", doctype=INTERACTION, name=bait.name, recipients=["a@example.com"]
	).ok
