"""Issue, Lead and Opportunity, if the settings govern them."""

import frappe
from frappe.utils import add_days, now_datetime

from client_comms.enforcement import documents, policy
from client_comms.leak_check.bait import remove_documents
from client_comms.leak_check.bait.record import insert_row
from client_comms.leak_check.surfaces.surface import BY_EVENT, overridden, surface
from client_comms.rules import access


def _document(doctype):
	def probe(name):
		def ask(look):
			@surface(f"{doctype} at a level, {name}", control=False)
			def asked(visitor, bait, planted):
				return documents.is_governed(doctype) and look(visitor, bait.names[doctype])

		return ask

	@probe("form")
	def _form(visitor, name):
		return visitor.call("frappe.desk.form.load.getdoc", doctype=doctype, name=name)

	@probe("list")
	def _list(visitor, name):
		return visitor.call("frappe.client.get_list", doctype=doctype, fields=["*"], filters={"name": name})

	@probe("REST")
	def _rest(visitor, name):
		return visitor.get(f"/api/resource/{doctype}/{name}")

	@probe("report view")
	def _report(visitor, name):
		return visitor.call(
			"frappe.desk.reportview.get",
			doctype=doctype,
			fields=["*"],
			filters=[[doctype, "name", "=", name]],
		)

	@probe("link field search")
	def _search(visitor, name):
		return bool(
			visitor.call(
				"frappe.desk.search.search_link",
				doctype=doctype,
				txt="",
				filters=[[doctype, "name", "=", name]],
				ignore_user_permissions=1,
			).message
		)


for _doctype in documents.SETTING:
	_document(_doctype)


@surface(
	"Lead at a level, its address",
	overridden("erpnext.crm.doctype.lead.lead.get_lead_details"),
	control=False,
)
def lead_details(visitor, bait, planted):
	return documents.is_governed("Lead") and visitor.call(
		"erpnext.crm.doctype.lead.lead.get_lead_details", lead=bait.names["Lead"]
	)


@surface(
	"Lead at a level, its contact and address",
	overridden("erpnext.accounts.party.get_party_details"),
	control=False,
)
def lead_as_party(visitor, bait, planted):
	company = frappe.db.get_value("Company", {})
	asked = {"party_type": "Lead", "party": bait.names["Lead"], "company": company, "ignore_permissions": 1}
	return (
		documents.is_governed("Lead")
		and visitor.call("erpnext.accounts.party.get_party_details", **asked).message
	)


@surface(
	"Opportunity at a level, among those of a prospect",
	overridden("erpnext.crm.doctype.prospect.prospect.get_opportunities"),
	control=False,
)
def prospect_opportunities(visitor, bait, planted):
	found = visitor.ask(
		"erpnext.crm.doctype.prospect.prospect.get_opportunities", prospect=planted.parties["Prospect"]
	)
	return documents.is_governed("Opportunity") and bait.names["Opportunity"] in found.text


@surface(
	"Opportunity at a level, its items",
	overridden("erpnext.controllers.queries.get_filtered_child_rows"),
	control=False,
)
def opportunity_items(visitor, bait, planted):
	asked = {"doctype": "Opportunity Item", "txt": "", "filters": {"parent": bait.names["Opportunity"]}}
	method = "erpnext.controllers.queries.get_filtered_child_rows"
	answers = [
		visitor.call(method, searchfield="name", start=0, page_len=20, **asked),
		visitor.call("frappe.desk.search.search_link", query=method, **asked),
	]
	return documents.is_governed("Opportunity") and any(bait.word in each.text for each in answers)


@surface("Issue at a level, a message under it", control=False)
def message_of_issue(visitor, bait, planted):
	name = bait.names["Message of Issue"]
	answers = [
		visitor.call(
			"frappe.client.get_list",
			doctype="Communication",
			fields=["subject"],
			filters={"name": name},
		),
		visitor.get(f"/api/resource/Communication/{name}"),
	]
	return documents.is_governed("Issue") and any(bait.word in each.text for each in answers)


def _filed_under(doctype, name, visitor, bait, planted) -> bool:
	"""Whether a message is shown that is filed under a document, and stands in the timeline of a contact."""
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Event",  # neither logged nor checked at the gate
			"sent_or_received": "Sent",
			"subject": "Call",
			"content": bait.word,
			"reference_doctype": doctype,
			"reference_name": name,
			"timeline_links": [{"link_doctype": "Contact", "link_name": planted.parties["Contact"]}],
		}
	).insert(ignore_permissions=True, set_name=f"{bait.name}-UNDER")
	about = {"doctype": "Contact", "name": planted.parties["Contact"]}
	answers = [
		visitor.call(
			"frappe.client.get_list",
			doctype="Communication",
			fields=["content"],
			filters={"name": message.name},
		),
		visitor.get(f"/api/resource/Communication/{message.name}"),
		visitor.call("frappe.desk.form.load.get_docinfo", **about),
	]
	frappe.db.delete("Communication Link", {"parent": message.name})
	frappe.db.delete("Communication", {"name": message.name})
	frappe.db.delete(doctype, {"name": name})
	return documents.is_governed("Issue") and any(bait.word in each.text for each in answers)


@surface("Issue at a level, a message under a to-do about it", BY_EVENT, control=False)
def message_of_todo(visitor, bait, planted):
	about = {"reference_type": "Issue", "reference_name": bait.names["Issue"]}
	todo = insert_row("ToDo", name=f"{bait.name}-TODO", description="Call", **about)
	return _filed_under("ToDo", todo, visitor, bait, planted)


@surface("Issue at a level, a message under a meeting about it", BY_EVENT, control=False)
def message_of_meeting(visitor, bait, planted):
	about = {"reference_doctype": "Issue", "reference_docname": bait.names["Issue"]}
	event = insert_row("Event", name=f"{bait.name}-TALK", subject="Talk", starts_on=now_datetime(), **about)
	return _filed_under("Event", event, visitor, bait, planted)


@surface("Lead at a level, its notes", control=False)
def lead_notes(visitor, bait, planted):
	found = visitor.call(
		"frappe.client.get_list",
		doctype="CRM Note",
		parent="Lead",
		fields=["note"],
		filters={"parent": bait.names["Lead"]},
	)
	return documents.is_governed("Lead") and found


@surface("Lead at a level, a note by its name", control=False)
def lead_note(visitor, bait, planted):
	found = visitor.call("frappe.client.get", doctype="CRM Note", name=bait.names["CRM Note"], parent="Lead")
	return documents.is_governed("Lead") and found


@surface("Lead at a level, a comment on a consent", control=False)
def comment_on_consent(visitor, bait, planted):
	about = {"party_type": "Lead", "party": bait.names["Lead"]}
	consent = insert_row("Client Consent", name=f"{bait.name}-CONSENT", **about)
	comment = insert_row(
		"Comment",
		comment_type="Comment",
		content=bait.word,
		reference_doctype="Client Consent",
		reference_name=consent,
	)
	found = visitor.call(
		"frappe.client.get_list", doctype="Comment", fields=["content"], filters={"name": comment}
	)
	frappe.db.delete("Comment", {"name": comment})
	frappe.db.delete("Client Consent", {"name": consent})
	return documents.is_governed("Lead") and found


def _naming_lead(visitor, bait, doctype, row, kind, named, **values) -> bool:
	"""Whether a document is shown that names the Lead in a row, and is not linked to an interaction."""
	name = insert_row(doctype, name=f"{bait.name}-ABOUT", **values)
	at = {"parent": name, "parenttype": doctype}
	insert_row(row, name=f"{bait.name}-ROW", **at, **{kind: "Lead", named: bait.names["Lead"]})
	answers = [
		visitor.call("frappe.client.get_list", doctype=doctype, fields=["*"], filters={"name": name}),
		visitor.get(f"/api/resource/{doctype}/{name}"),
	]
	frappe.db.delete(row, {"parent": name})
	frappe.db.delete(doctype, {"name": name})
	return documents.is_governed("Lead") and any(bait.word in each.text for each in answers)


@surface("Lead at a level, a meeting planned with it", control=False)
def meeting(visitor, bait, planted):
	values = {
		"subject": bait.word,
		"starts_on": add_days(now_datetime(), 7),
		"event_type": "Public",
		"status": "Open",
	}
	row = ("Event Participants", "reference_doctype", "reference_docname")
	return _naming_lead(visitor, bait, "Event", *row, **values)


@surface("Lead at a level, a call that was not logged", control=False)
def call(visitor, bait, planted):
	row = ("Dynamic Link", "link_doctype", "link_name")
	return _naming_lead(visitor, bait, "Call Log", *row, summary=bait.word, type="Incoming")


_ABOUT_CLIENTS = {  # DocType → its column with the client's name, and with which texts its rows are asked for
	"Client Consent": ("party_name", ("Consent Event", "events", "note")),
	"Communication Preference": ("client_name", ("Excluded Channel", "channels_not_to_use", "reason")),
}


def _about_lead(doctype):
	column, (row, table, text) = _ABOUT_CLIENTS[doctype]

	def probe(name, look):
		@surface(f"Lead at a level, {name} of a {doctype}", control=False)
		def asked(visitor, bait, planted):
			if not documents.is_governed("Lead"):
				return False
			client = {"party_type": "Lead", "party": bait.names["Lead"], column: bait.word}
			about = insert_row(doctype, name=f"{bait.name}-CLIENT", **client)
			at = {"parent": about, "parenttype": doctype, "parentfield": table}
			insert_row(row, name=f"{bait.name}-ROW", **at, **{text: bait.word})
			found = look(visitor, about)
			frappe.db.delete(row, {"parent": about})
			frappe.db.delete(doctype, {"name": about})
			return found

	listed = "frappe.client.get_list"
	probe(
		"list",
		lambda visitor, name: visitor.call(listed, doctype=doctype, fields=["*"], filters={"name": name}),
	)
	probe(
		"form", lambda visitor, name: visitor.call("frappe.desk.form.load.getdoc", doctype=doctype, name=name)
	)
	probe(
		"rows",
		lambda visitor, name: visitor.call(
			listed, doctype=row, parent=doctype, fields=[text], filters={"parent": name}
		),
	)


for _doctype in _ABOUT_CLIENTS:
	_about_lead(_doctype)


def _name_in(doctype, column, visitor, bait, **values):
	"""Whether the app writes the name of the Lead into a document of the visitor's own about it."""
	client = {"party_type": "Lead", "party": bait.names["Lead"]}
	frappe.db.set_value("Lead", client["party"], "title", bait.word, update_modified=False)
	answer = visitor.call("frappe.client.insert", doc={"doctype": doctype, **client, **values})
	frappe.db.set_value("Lead", client["party"], "title", None, update_modified=False)
	remove_documents(doctype, client)
	return documents.is_governed("Lead") and bait.word in ((answer.message or {}).get(column) or "")


@surface("Lead at a level, its name in a Communication Preference", control=False)
def name_in_preference(visitor, bait, planted):
	return _name_in("Communication Preference", "client_name", visitor, bait)


@surface("Lead at a level, its name in a Physical File", control=False)
def name_in_paper_file(visitor, bait, planted):
	place = f"{bait.name}-PLACE"
	values = {
		"title": "Paper",
		"confidentiality_level": min(policy.current().levels.values(), key=lambda level: level.rank).name,
		"location": insert_row("Physical Location", name=place, location_name=place),
		"custodian": visitor.user,
	}
	found = _name_in("Physical File", "party_name", visitor, bait, **values)
	frappe.db.delete("Physical Location", {"name": place})
	return found


@surface(
	"Issue at a level, its status",
	overridden("erpnext.support.doctype.issue.issue.set_status"),
	action=access.WRITE,
	control=False,
)
def issue_status(visitor, bait, planted):
	if not documents.is_governed("Issue"):
		return False
	issue = bait.names["Issue"]
	visitor.call("erpnext.support.doctype.issue.issue.set_status", name=issue, status="On Hold")
	changed = frappe.db.get_value("Issue", issue, "status") == "On Hold"
	frappe.db.set_value("Issue", issue, "status", "Open", update_modified=False)
	return changed
