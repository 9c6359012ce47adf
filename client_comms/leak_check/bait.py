"""Test records: interactions with a secret word in everything that belongs to them."""

import glob
import gzip
import json
import os
from dataclasses import dataclass, field

import frappe
from frappe.utils import add_days, now, now_datetime

from client_comms.enforcement import dependents, documents, policy

INTERACTION = "Client Interaction"
MARK = "leakbait"  # in the name or text of every test record, so that the remains of an interrupted run can be found
OCCURRED_DAYS_AGO = 40  # graphs take the current month's figures from elsewhere
PARTIES = ("Contact", "Customer", "Lead", "Prospect", "Opportunity", "Issue")
# Documents that a request of the check may create: DocType -> the column that then contains the mark.
MADE_BY_REQUESTS = {
	"Communication": "subject",
	"File": "file_name",
	"Issue": "subject",
	"Lead": "email_id",
	"Reminder": "reminder_docname",
	"Error Log": "error",
	"Access Log": "filters",
	"Tag Link": "title",
	"ToDo": "description",
	"Comment": "content",
	"Version": "data",
	"Notification Log": "subject",
	"Console Log": "script",
}
_PLAIN = (  # DocTypes with the mark in their name
	INTERACTION,
	"Interaction Access Grant",
	"Communication",
	"Event",
	"Call Log",
	"Client Disclosure",
	"Appointment",
	"Auto Email Report",
	"Personal Data Download Request",
	"Prepared Report",
	"Report",
	"Unhandled Email",
	"Kanban Board",
	"Notification Log",
	"Tag",
	*PARTIES,
)
_CHILDREN = (
	"Interaction Action Item",
	"Interaction Evidence",
	"Interaction Event",
	"Communication Link",
	"CRM Note",
	"Consent Data Category",
	"Contact Email",
	"Email Queue Recipient",
	"Event Participants",
	"Dynamic Link",
	"Portal User",
	"Kanban Board Column",
	"Has Role",
	"Opportunity Item",
)


# As an interaction with an owed answer, so far in the future that the site does nothing with it in the meantime.
_OWING = {
	"status": "Open",
	"clock_state": "Running",
	"respond_status": "Running",
	"respond_by": "2099-12-31 12:00:00",
	"next_deadline": "2099-12-31 12:00:00",
	"logged_by_hand": 1,
}


@dataclass
class Bait:
	"""One interaction. All texts of it and of its dependents contain `word`, which occurs nowhere else."""

	label: str
	word: str
	name: str
	day: str  # on which it occurred, and no other
	names: dict[str, str] = field(default_factory=dict)
	file_url: str = ""


@dataclass
class Planted:
	baits: list[Bait]
	parties: dict[str, str]


def plant(user: str) -> Planted:
	"""One interaction per level, and one that was raised from the lowest to the strictest after everything was added."""
	levels = sorted(policy.current().levels.values(), key=lambda level: level.rank)
	token = frappe.generate_hash(length=6)
	parties = {doctype: _party(doctype, token) for doctype in PARTIES}
	_make_client(user, parties["Customer"])
	planted = Planted([], parties)
	for number, level in enumerate(levels):
		planted.baits.append(_interaction(user, level.name, level.name, number, token, parties))
	if len(levels) > 1:
		raised = _interaction(
			user, levels[0].name, f"{levels[-1].name} (raised)", len(levels), token, parties
		)
		doc = frappe.get_doc(INTERACTION, raised.name)
		doc.confidentiality_level = levels[-1].name
		doc.save_by_app()
		for doctype in documents.SETTING:
			frappe.db.set_value(doctype, raised.names[doctype], "confidentiality_level", levels[-1].name)
		planted.baits.append(raised)
	for each in planted.baits:
		frappe.db.set_value(INTERACTION, each.name, _OWING, update_modified=False)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (requests are answered on another connection)
	return planted


def _interaction(user: str, level: str, label: str, number: int, token: str, parties: dict) -> Bait:
	# The name is sent with requests and returned with refusals, so it must not contain the word.
	word = f"{MARK}{token}q{number}"
	occurred = add_days(now_datetime(), -OCCURRED_DAYS_AGO - number)
	bait = Bait(label, word, f"{MARK.upper()}-{token}-{number}", str(occurred.date()))
	doc = frappe.get_doc(
		{
			"doctype": INTERACTION,
			"company": frappe.db.get_value("Company", {}),
			"communication_type": frappe.get_cached_doc("Client Comms Settings").default_communication_type,
			"channel": frappe.db.get_value("Communication Channel", {}),
			"direction": "Outbound",
			"party_type": "Customer",
			"party": parties["Customer"],
			"contact": parties["Contact"],
			"responsible_staff": "Administrator",
			"reference_doctype": "Opportunity",
			"reference_name": _document("Opportunity", f"{bait.name}-ABOUT", word, parties),
			"occurred_on": occurred,
			"subject": f"{word} subject",
			"summary": f"{word} before",
		}
	)
	doc.flags.from_intake = True
	doc.append_event("Logged", now_datetime(), f"{word} event")
	doc.insert(ignore_permissions=True, set_name=bait.name)
	doc.db_set("confidentiality_level", level, update_modified=False)
	bait.names["Interaction Event"] = doc.events[0].name
	doc.append("evidence", {"documentation_method": _record_method(), "note": f"{word} evidence"})
	doc.summary = f"{word} summary"
	doc.save_by_app()
	bait.names["Interaction Evidence"] = doc.evidence[0].name
	_belongings(user, doc, bait, parties)
	for doctype in documents.SETTING:
		bait.names[doctype] = _document(
			doctype, f"{bait.name}-{doctype}", word, parties, confidentiality_level=level
		)
	bait.names["CRM Note"] = _row(
		"CRM Note", parent=bait.names["Lead"], parenttype="Lead", parentfield="notes", note=f"{word} note"
	)
	_of_documents(bait)
	return bait


def _of_documents(bait: Bait) -> None:
	"""A row of the Opportunity, and a message under the Issue without an interaction."""
	bait.names["Opportunity Item"] = _row(
		"Opportunity Item",
		parent=bait.names["Opportunity"],
		parenttype="Opportunity",
		parentfield="items",
		idx=1,
		item_code=f"{bait.word} item",
	)
	bait.names["Message of Issue"] = _row(
		"Communication",
		name=f"{bait.name}-NOTE",
		communication_type="Communication",
		communication_medium="Other",
		sent_or_received="Sent",
		subject=f"{bait.word} among staff",
		reference_doctype="Issue",
		reference_name=bait.names["Issue"],
	)


def _document(doctype: str, name: str, word: str, parties: dict, **values) -> str:
	text = {
		"Issue": {"subject": f"{word} issue", "customer": parties["Customer"]},
		"Lead": {"lead_name": f"{word} lead", "company": frappe.db.get_value("Company", {})},
		"Opportunity": {
			"opportunity_from": "Prospect",
			"party_name": parties["Prospect"],
			"title": f"{word} opportunity",
		},
	}[doctype]
	return _row(doctype, name=name, status="Open", **text, **values)


def _record_method() -> str:
	return frappe.db.get_value("Documentation Method", {"evidence": "This Record"}) or frappe.db.get_value(
		"Documentation Method", {}
	)


def _belongings(user: str, doc, bait: Bait, parties: dict) -> None:
	word, names = bait.word, bait.names
	about = {"reference_doctype": INTERACTION, "reference_name": doc.name}
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Event",  # neither logged nor checked at the gate
			"sent_or_received": "Sent",
			"subject": f"{word} message",
			"content": f"{word} message text",
			"sender": f"{word}@example.com",
			"timeline_links": [{"link_doctype": party, "link_name": name} for party, name in parties.items()],
			**about,
		}
	).insert(ignore_permissions=True, set_name=f"{bait.name}-MSG")
	names["Communication"] = message.name
	_row(  # from a lead: ERPNext has a report that quotes it
		"Communication",
		name=f"{bait.name}-LEAD",
		communication_type="Communication",
		communication_medium="Email",
		sent_or_received="Received",
		content=f"{word} quoted",
		communication_date=now_datetime(),
		reference_doctype="Lead",
		reference_name=parties["Lead"],
		client_interaction=doc.name,
		confidentiality_level=doc.confidentiality_level,
	)
	names["Communication Link"] = message.timeline_links[0].name
	names["Message of Lead"] = _row(
		"Communication",
		name=f"{bait.name}-COLUMN",
		communication_type="Communication",
		communication_medium="Other",
		sent_or_received="Sent",
		content=f"{word} kept in a column",
		reference_doctype="Lead",
		reference_name=parties["Lead"],
		client_interaction=doc.name,
		confidentiality_level=doc.confidentiality_level,
	)
	_activities(doc, bait, parties)
	names["Comment"] = doc.add_comment("Comment", f"{word} comment").name
	for doctype, name in ((INTERACTION, doc.name), ("Communication", message.name)):
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{word} {frappe.scrub(doctype)}.txt",
				"content": f"{word} content of {doctype}",
				"attached_to_doctype": doctype,
				"attached_to_name": name,
			}
		).insert(ignore_permissions=True)
		if doctype == INTERACTION:
			names["File"], bait.file_url = file.name, file.file_url
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": "Administrator",
			"assigned_by": "Administrator",
			"description": f"{word} todo",
			"reference_type": INTERACTION,
			"reference_name": doc.name,
		}
	).insert(ignore_permissions=True)
	names["ToDo"] = todo.name
	names["Interaction Action Item"] = frappe.db.get_value("Interaction Action Item", {"parent": doc.name})
	names["Tag Link"] = _tag(doc, word)
	for recipient in {user, "Administrator"}:
		frappe.get_doc(
			{
				"doctype": "Notification Log",
				"type": "Alert",
				"for_user": recipient,
				"subject": f"{word} notification",
				"email_content": f"{word} notification",
				"document_type": INTERACTION,
				"document_name": doc.name,
			}
		).insert(
			ignore_permissions=True, set_name=f"{bait.name}-{recipient}"[:140]
		)  # content may be withheld
	if user != "Administrator":
		frappe.get_doc(
			{"doctype": "Document Follow", "ref_doctype": INTERACTION, "ref_docname": doc.name, "user": user}
		).insert(ignore_permissions=True)
	_logs(doc, message, bait)
	_report(doc, bait)


def _activities(doc, bait: Bait, parties: dict) -> None:
	"""An event and a call linked to the interaction, as by its intake."""
	bound = {"client_interaction": doc.name, "confidentiality_level": doc.confidentiality_level}
	bait.names["Event"] = _row(
		"Event",
		name=f"{bait.name}-EVENT",
		subject=f"{bait.word} event",
		starts_on=now_datetime(),
		event_type="Public",
		status="Open",
		**bound,
	)
	bait.names["Event Participants"] = _row(
		"Event Participants",
		parent=bait.names["Event"],
		parenttype="Event",
		parentfield="event_participants",
		reference_doctype="Contact",
		reference_docname=parties["Contact"],
		email=f"{bait.word}@example.com",
	)
	bait.names["Call Log"] = _row(
		"Call Log",
		name=f"{bait.name}-CALL",
		summary=f"{bait.word} call",
		type="Incoming",
		status="Completed",
		**bound,
	)
	bait.names["Client Disclosure"] = _row(
		"Client Disclosure",
		name=f"{bait.name}-DISCLOSURE",
		description=f"{bait.word} disclosed",
		recipient=f"{bait.word}@example.com",
		recipient_kind="Third Party",
		basis="Consent",
		outcome="Sent",
		disclosed_by="Administrator",
		disclosed_on=now_datetime(),
		**bound,
	)
	bait.names["Dynamic Link"] = _row(
		"Dynamic Link",
		parent=bait.names["Call Log"],
		parenttype="Call Log",
		parentfield="links",
		link_doctype="Contact",
		link_name=parties["Contact"],
		link_title=f"{bait.word} caller",
	)


def _tag(doc, word: str) -> str:
	link = _row(
		"Tag Link", document_type=INTERACTION, document_name=doc.name, tag=f"{MARK} tag", title=f"{word} tag"
	)
	if not frappe.db.exists("Tag", f"{MARK} tag"):
		_row("Tag", name=f"{MARK} tag")
	doc.db_set("_user_tags", f",{MARK} tag", update_modified=False)
	return link


def _logs(doc, message, bait: Bait) -> None:
	word = bait.word
	about = {"reference_doctype": INTERACTION, "reference_name": doc.name}
	bait.names["Email Queue"] = _row(
		"Email Queue", message=f"{word} queued", sender="a@example.com", status="Sent", **about
	)
	bait.names["Email Queue Recipient"] = _row(
		"Email Queue Recipient",
		parent=bait.names["Email Queue"],
		parenttype="Email Queue",
		parentfield="recipients",
		recipient=f"{word}@example.com",
	)
	bait.names["Email of Message"] = _row(
		"Email Queue",
		message=f"{word} filed elsewhere",
		sender="a@example.com",
		status="Sent",
		communication=message.name,
		reference_doctype="Customer",
		reference_name=doc.party,
	)
	bait.names["Unhandled Email"] = _row(
		"Unhandled Email", name=f"{bait.name}-MAIL", raw=f"{word} received", reason="x", uid="x"
	)
	bait.names["Milestone"] = _row(
		"Milestone",
		reference_type=INTERACTION,
		reference_name=doc.name,
		track_field="subject",
		value=f"{word} milestone",
	)
	if frappe.db.exists("DocType", "Energy Point Log"):  # version 15
		bait.names["Energy Point Log"] = _row(
			"Energy Point Log", user="Administrator", type="Appreciation", reason=f"{word} praised", **about
		)
	bait.names["Access Log"] = _row(
		"Access Log",
		export_from=INTERACTION,
		reference_document=doc.name,
		page=f"{word} page",
		user="Administrator",
	)
	bait.names["Activity Log"] = _row(
		"Activity Log", subject=f"{word} activity", user="Administrator", status="Success", **about
	)
	change = {"changed": [["summary", f"{word} before", f"{word} after"]]}
	bait.names["Version"] = _row(
		"Version", ref_doctype=INTERACTION, docname=doc.name, data=json.dumps(change)
	)
	bait.names["Document Share Key"] = _row(
		"Document Share Key",
		key=f"{word}key",
		expires_on=add_days(now_datetime(), 1),
		reference_doctype=INTERACTION,
		reference_docname=doc.name,
	)
	gone = {
		INTERACTION: {"name": doc.name, "subject": f"{word} deleted interaction"},
		"Communication": {
			"name": message.name,
			"content": f"{word} deleted message",
			"client_interaction": doc.name,
		},
		"Comment": {"name": "gone", "content": f"{word} deleted comment", **about},
		"Interaction Evidence": {
			"name": "gone",
			"note": f"{word} deleted row",
			"parenttype": INTERACTION,
			"parent": doc.name,
		},
	}
	for doctype, data in gone.items():
		bait.names[f"Deleted {doctype}"] = _row(
			"Deleted Document",
			deleted_doctype=doctype,
			deleted_name=data["name"],
			data=json.dumps({"doctype": doctype, **data}),
		)
	for doctype, name in (
		(INTERACTION, doc.name),
		("Communication", message.name),
		("ToDo", bait.names["ToDo"]),
	):
		frappe.db.sql(
			"insert into `__global_search` (doctype, name, title, content, published) values (%s, %s, %s, %s, 0)",
			(doctype, name, f"{word} found", f"{word} found {frappe.scrub(doctype)}"),
		)


def _report(doc, bait: Bait) -> None:
	"""A report that Administrator ran for everyone to open: its result, and an email of it."""
	word, report = bait.word, f"{MARK} {bait.name}"
	reader = [
		{"role": role}
		for role in frappe.get_all("Has Role", {"parenttype": "User"}, pluck="role", distinct=True)
	]
	made = frappe.get_doc(
		{
			"doctype": "Report",
			"name": report,
			"report_name": report,
			"ref_doctype": INTERACTION,
			"report_type": "Report Builder",
			"is_standard": "No",
			"prepared_report": 1,
			"json": json.dumps(
				{
					"fields": [["name", INTERACTION], ["subject", INTERACTION]],
					"filters": [[INTERACTION, "name", "=", doc.name]],
				}
			),
			"roles": reader,
		}
	)
	made.db_insert()
	for row in made.roles:
		row.db_insert()
	bait.names["Report"] = report
	bait.names["Prepared Report"] = _row(
		"Prepared Report",
		name=f"{bait.name}-PREPARED",
		report_name=report,
		status="Completed",
		filters="{}",
		owner="Administrator",
	)
	frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{bait.name.lower()}_report.json.gz",
			"content": gzip.compress(
				json.dumps({"columns": [], "result": [{"a": f"{word} prepared"}]}).encode()
			),
			"attached_to_doctype": "Prepared Report",
			"attached_to_name": bait.names["Prepared Report"],
			"is_private": 1,
		}
	).insert(ignore_permissions=True)
	_attach_copy(bait)
	bait.names["Auto Email Report"] = _row(
		"Auto Email Report",
		name=f"{bait.name}-AUTO",
		report=report,
		report_type="Report Builder",
		user="Administrator",
		format="CSV",
		filters="{}",
		email_to="a@example.com",
		no_of_rows=100,
		enabled=0,
	)
	bait.names["Kanban Board"] = _row(
		"Kanban Board",
		name=f"{bait.name}-BOARD",
		kanban_board_name=f"{bait.name}-BOARD",
		reference_doctype=INTERACTION,
		field_name="subject",
	)


def _attach_copy(bait: Bait) -> None:
	"""A copy of Administrator's personal data, as created by a Frappe web form."""
	bait.names["Personal Data Download Request"] = _row(
		"Personal Data Download Request", name=f"{bait.name}-COPY", user="Administrator"
	)
	frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{bait.name.lower()}-copy.json",
			"content": json.dumps({"Communication": [{"content": f"{bait.word} copied"}]}),
			"attached_to_doctype": "Personal Data Download Request",
			"attached_to_name": bait.names["Personal Data Download Request"],
			"is_private": 1,
		}
	).insert(ignore_permissions=True)


def _party(doctype: str, token: str) -> str:
	title = {
		"Contact": {"first_name": f"{MARK} contact"},
		"Customer": {"customer_name": f"{MARK} customer", "customer_type": "Individual"},
		"Lead": {"lead_name": f"{MARK} lead", "status": "Open"},
		"Prospect": {"company_name": f"{MARK} {token}"},
		"Opportunity": {
			"opportunity_from": "Lead",
			"party_name": f"{MARK.upper()}-{token}-Lead",
			"status": "Open",
		},
		"Issue": {"subject": f"{MARK} issue", "status": "Open"},
	}[doctype]
	return _row(doctype, name=f"{MARK.upper()}-{token}-{doctype}", **title)


def _make_client(user: str, customer: str) -> None:
	"""Make a portal user a contact of the test customer during the check, so that they could see its Issues."""
	if frappe.db.get_value("User", user, "user_type") != "Website User":
		return
	# ERPNext lists documents of the contact's customer, and opens those of the customer whose portal user it is.
	_row("Portal User", parent=customer, parenttype="Customer", parentfield="portal_users", user=user, idx=1)
	if contact := frappe.db.get_value("Contact", {"user": user}):
		_row(
			"Dynamic Link",
			parent=contact,
			parenttype="Contact",
			parentfield="links",
			link_doctype="Customer",
			link_name=customer,
			idx=0,  # ERPNext uses the first
			confirmed_by="Administrator",
			confirmed_on=now(),
		)


def _row(doctype: str, **values) -> str:
	"""Insert a row directly, so that no one on a working site is notified of it."""
	doc = frappe.get_doc({"doctype": doctype, "creation": now(), "modified": now(), **values})
	doc.owner = values.get("owner", "Administrator")
	doc.db_insert()
	return doc.name


def remove_made(doctype: str, name: str | None) -> None:
	"""Remove a document that a request created from a message, with what was logged about it."""
	if not name:
		return
	made = [
		name,
		*frappe.get_all(INTERACTION, {"reference_doctype": doctype, "reference_name": name}, pluck="name"),
	]
	if doctype == "Opportunity":
		lead = frappe.db.get_value(doctype, name, "party_name")
		frappe.db.delete("Lead", {"name": lead, "email_id": ("like", f"{MARK}%")})
		made.append(lead)
	_remove_named(("in", made))
	frappe.db.delete(doctype, {"name": name})


def remove_files(filters: dict) -> None:
	"""Remove File rows, with the log of their downloads."""
	if names := frappe.get_all("File", filters, pluck="name"):
		frappe.db.delete("Access Log", {"export_from": "File", "reference_document": ("in", names)})
		frappe.db.delete("File", {"name": ("in", names)})


def remove() -> None:
	"""Remove everything with the mark, from this run and from interrupted ones. Repeatable."""
	inside = ("like", f"%{MARK}%")
	_remove_from_disk()
	remove_files({"file_url": inside})
	# Interactions logged about documents created from a message have their own names.
	logged = frappe.get_all(INTERACTION, {"subject": inside}, pluck="name")
	for each in (("like", f"{MARK}%"), ("in", logged)):
		if each[1]:
			_remove_named(each)
	frappe.db.delete("Deleted Document", {"data": inside})
	for doctype, column in MADE_BY_REQUESTS.items():
		frappe.db.delete(doctype, {column: inside})
	frappe.db.sql("delete from `__global_search` where content like %s", f"%{MARK}%")
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (also when the check failed)


def _remove_named(names: tuple) -> None:
	_remove_queued(names)
	for doctype, (_owner_type, owner_name) in dependents.OWNER_FIELDS.items():
		if frappe.db.table_exists(doctype):
			frappe.db.delete(doctype, {owner_name: names})
	# A served site writes entries; those that are already chained stay.
	frappe.db.delete("Compliance Ledger Entry", {"reference_name": names, "sequence": 0})
	for doctype in _CHILDREN:
		frappe.db.delete(doctype, {"parent": names})
	for doctype in ("Communication Link", "Dynamic Link"):
		frappe.db.delete(doctype, {"link_name": names})
	for doctype in _PLAIN:
		frappe.db.delete(doctype, {"name": names})


def _remove_queued(names: tuple) -> None:
	"""Remove emails queued by the requests, which have their own names."""
	about = {"reference_name": names, "communication": names}
	if queued := frappe.get_all("Email Queue", or_filters=about, pluck="name", order_by=None):
		frappe.db.delete("Email Queue Recipient", {"parent": ("in", queued)})
		frappe.db.delete("Email Queue", {"name": ("in", queued)})


def _remove_from_disk() -> None:
	"""Also remove files without rows, such as those of rolled back requests."""
	for folder in ("public", "private"):
		for path in glob.glob(frappe.get_site_path(folder, "files", f"*{MARK}*")):
			os.remove(path)
