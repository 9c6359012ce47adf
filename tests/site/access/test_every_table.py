"""Whatever staff with clearance do with records, and whenever these are raised: their text comes to stand in no table in which
users without clearance read it (P-2). Of every table of the database, and so also of one of which this app does not know.
"""

import contextlib

import frappe
import pytest
from frappe.automation.doctype.reminder.reminder import create_new_reminder
from frappe.core.doctype.access_log.access_log import make_access_log
from frappe.core.doctype.communication.email import make
from frappe.desk.doctype.tag.tag import add_tag
from frappe.desk.form import assign_to, document_follow
from frappe.desk.like import toggle_like
from frappe.utils import add_to_date, now
from frappe.utils.global_search import sync_global_search

from client_comms.enforcement import level_spread
from client_comms.enforcement.methods import global_search
from client_comms.enforcement.methods.tasks import make_task
from client_comms.leak_check.census.scene import ROLES

pytestmark = pytest.mark.clause("P-2")

WORD = "Xylofonspur"
ADDRESS = f"{WORD.lower()}@client.example"
FIELD = {"Issue": "subject", "Lead": "company_name", "Opportunity": "title", "Client Interaction": "summary"}
# Where it stays, because ERPNext's own permissions apply to what it copies of a Lead (docs/confidentiality.md)
COPIED = {
	"Appointment",
	"Contact",
	"Contact Email",
	"Contact Phone",
	"Dynamic Link",
	"Quotation",
	"Quotation Item",
}
# Where it has to have come, for the test to say anything
REACHED = {
	"Access Log",
	"CRM Note",
	"Call Log",
	"Comment",
	"Communication",
	"Deleted Document",
	"Email Queue",
	"Error Log",
	"Event",
	"File",
	"Integration Request",
	"Notification Log",
	"Reminder",
	"Tag Link",
	"ToDo",
	"Version",
	*FIELD,
}
# Jobs of Frappe and ERPNext that tell people about documents, or write into others
TELLING = (
	"frappe.automation.",
	"frappe.desk.doctype.",
	"frappe.desk.form.",
	"frappe.email.doctype.",
	"erpnext.crm.",
	"erpnext.projects.",
	"erpnext.setup.doctype.email_digest.",
	"erpnext.support.",
)


@pytest.fixture
def people(make_user):
	"""Two who work on the records, and one with every role but those with clearance."""
	wide = [role for role in ROLES["Everything but clearance"] if frappe.db.exists("Role", role)]
	follows = {
		"document_follow_notify": 1,
		"follow_created_documents": 1,
		"follow_commented_documents": 1,
		"document_follow_frequency": "Hourly",
		"first_name": "Carla",
	}
	return frappe._dict(
		works=make_user("Customer Support Manager", *wide, **follows),
		colleague=make_user("Customer Support Manager", *wide, **follows),
		uncleared=make_user(*wide, first_name="Uma"),
	)


@pytest.fixture
def work(people, as_user, set_settings, mailbox, make_client):
	"""`work(raise_first, other)`: everything that staff do with a Lead, an Opportunity, an Issue and a complaint, of which they tell `other`;
	of the complaint, which is Sensitive from the beginning, a colleague with clearance."""
	settled = {"govern_issues": 1, "govern_leads": 1, "govern_opportunities": 1}

	def do(raise_first, other):
		set_settings(**settled)
		client = make_client("Nord", "nord@client.example")
		with as_user(people.works):
			records = list(enter(client, people.works, raise_first))
			for record in records:
				told = people.colleague if record.doctype == "Client Interaction" else other
				work_on(record, told, people)
			finish(*records)
		if not raise_first:
			for record in records:
				if frappe.db.get_value(record.doctype, record.name, "confidentiality_level") != "Sensitive":
					raise_(record)
		run_jobs()

	yield do

	# These are not transactional.
	frappe.db.delete("Error Log", {"error": ("like", f"%{WORD}%")})
	frappe.db.sql("delete from `__global_search` where content like %s", f"%{WORD}%")


def raise_(record):
	level_spread.change_level(record.doctype, record.name, "Sensitive", "It is about money")


def enter(client, user, raise_first):
	lead = {"first_name": f"{WORD} Anna", "email_id": ADDRESS, "mobile_no": "+49 30 998877"}
	lead = {"doctype": "Lead", "company_name": "Firm", "notes": [{"note": f"{WORD} note"}], **lead}
	issue = {"subject": f"{WORD} roof", "description": f"{WORD} leaks since yesterday", "raised_by": ADDRESS}
	opportunity = {"opportunity_from": "Lead", "title": f"{WORD} title", "notes": [{"note": f"{WORD} note"}]}
	lead = insert(lead, raise_first)
	yield lead
	yield insert({"doctype": "Opportunity", "party_name": lead.name, **opportunity}, raise_first)
	yield insert({"doctype": "Issue", "lead": lead.name, **issue}, raise_first)
	complaint = {"communication_type": "Feedback/Complaint", "channel": "Phone", "direction": "Inbound"}
	texts = {"subject": f"{WORD} complaint", "summary": f"{WORD} summary", "occurred_on": now()}
	of_client = {"party_type": client.party_type, "party": client.party, "responsible_staff": user}
	yield insert({"doctype": "Client Interaction", **complaint, **texts, **of_client}, False)


def insert(values, raise_it):
	doc = frappe.get_doc(values).insert()
	if raise_it:
		raise_(doc)
	return doc


def work_on(record, other, people):
	doctype, name = record.doctype, record.name
	text, about = f"{WORD} is what we talk about.", {"reference_doctype": doctype, "reference_name": name}
	own_address = "nord@client.example" if doctype == "Client Interaction" else ADDRESS
	with as_refused():
		make(
			doctype,
			name,
			text,
			f"{WORD} mail",
			recipients=own_address,
			cc=other,
			send_email=1,
			send_me_a_copy=1,
		)
	message = {
		"communication_type": "Communication",
		"communication_medium": "Email",
		"sent_or_received": "Received",
	}
	message |= {
		"sender": ADDRESS,
		"recipients": "support@house.example",
		"subject": f"{WORD} re",
		"content": text,
	}
	frappe.get_doc({"doctype": "Communication", **message, **about}).insert(ignore_permissions=True)
	mention = f'<p><span class="mention" data-id="{other}" data-value="x">@x</span> {text}</p>'
	frappe.get_doc(doctype, name).add_comment("Comment", mention)
	assign_to.add({"doctype": doctype, "name": name, "assign_to": [other], "description": text})
	frappe.share.add(doctype, name, other, notify=1)
	add_tag("roof", doctype, name)
	toggle_like(doctype, name, "Yes")
	document_follow.follow_document(doctype, name, other)
	file = {"file_name": f"{WORD}{frappe.scrub(doctype)}.txt", "content": text, "is_private": 1}
	attached = {"attached_to_doctype": doctype, "attached_to_name": name}
	frappe.get_doc({"doctype": "File", **file, **attached}).insert()
	for kind in ("Private", "Public"):
		event = {"subject": f"{WORD} meeting", "description": text, "starts_on": now(), "event_type": kind}
		with_it = {"event_participants": [{"reference_doctype": doctype, "reference_docname": name}]}
		frappe.get_doc({"doctype": "Event", **event, **with_it}).insert()
	stored = frappe.get_doc(doctype, name)
	stored.set(FIELD[doctype], f"{WORD} changed")
	stored.save(ignore_version=False)  # in tests, Frappe notes no changes
	create_new_reminder(str(add_to_date(None, days=1)), text, doctype, name)
	call = {"id": f"CALL {doctype}", "type": "Incoming", "status": "Completed", "from": "+4930998877"}
	under = {"links": [{"link_doctype": doctype, "link_name": name}]}
	frappe.get_doc({"doctype": "Call Log", "summary": text, **call, **under}).insert()
	notify(doctype, people).send(frappe.get_doc(doctype, name))
	frappe.get_print(doctype, name)
	make_access_log(doctype, document=name, page=text)
	frappe.log_error(f"{WORD} failed", text, doctype, name)
	request = {"integration_request_service": "x", "data": text, "reference_docname": name}
	request = {"doctype": "Integration Request", "reference_doctype": doctype, **request}
	frappe.get_doc(request).insert(ignore_permissions=True)
	own = {"reference_doctype": doctype, "reference_name": name, "comment_type": "Comment"}
	frappe.delete_doc("Comment", frappe.db.get_value("Comment", own))


def notify(doctype, people):
	"""A Notification with the text of the document, to a colleague without clearance as well."""
	to = [{"cc": f"{people.colleague}, {people.uncleared}"}]
	text = {"subject": "{{ doc.get_title() }}", "message": "{{ doc.as_json() }}", "channel": "Email"}
	when = {"document_type": doctype, "event": "Save", "recipients": to, "enabled": 1}
	return frappe.get_doc({"doctype": "Notification", "name": f"About {doctype}", **text, **when}).insert(
		ignore_permissions=True
	)


@contextlib.contextmanager
def as_refused():
	"""The gate may refuse an email."""
	try:
		with contextlib.suppress(frappe.ValidationError):
			yield
	finally:
		frappe.clear_messages()


def finish(lead, opportunity, issue, _complaint):
	"""What ERPNext makes of them."""
	from erpnext.crm.doctype.opportunity.opportunity import make_quotation

	firm = {"leads": [{"lead": lead.name}], "opportunities": [{"opportunity": opportunity.name}]}
	frappe.get_doc({"doctype": "Prospect", "company_name": "Firm", **firm}).insert()
	quotation = make_quotation(opportunity.name)
	item = {"item_name": "Roof", "description": f"{WORD} item", "qty": 1, "rate": 1, "uom": "Nos"}
	quotation.append("items", {**item, "conversion_factor": 1})
	quotation.update({"conversion_rate": 1, "plc_conversion_rate": 1})
	quotation.flags.ignore_mandatory = True
	quotation.insert()
	group = frappe.get_doc({"doctype": "Task", "subject": "Roofs", "is_group": 1}).insert()
	make_task(issue.name).update({"parent_task": group.name}).insert()
	message = frappe.db.get_value(
		"Communication", {"reference_doctype": "Issue", "reference_name": issue.name}
	)
	frappe.get_doc("Issue", issue.name).split_issue(f"{WORD} split", message)
	booked = {"scheduled_time": "2026-12-08 10:00:00", "status": "Open", "customer_email": ADDRESS}
	with_lead = {"customer_name": "Bert", "appointment_with": "Lead", "party": lead.name}
	frappe.get_doc({"doctype": "Appointment", **booked, **with_lead}).insert()
	frappe.get_doc("Issue", issue.name).update({"status": "Closed"}).save()
	frappe.delete_doc("CRM Note", frappe.db.get_value("CRM Note", {"parent": lead.name}))


def run_jobs():
	for jobs in frappe.get_hooks("scheduler_events").values():
		for job in jobs if isinstance(jobs, list) else (job for each in jobs.values() for job in each):
			if job.startswith(TELLING):
				frappe.get_attr(job)()
	sync_global_search()
	frappe.set_user("Administrator")


def holding(word) -> dict[str, list[str]]:
	"""Table → the names of its rows with the word in any of their columns."""
	columns = frappe.db.sql(
		"""select table_name, column_name from information_schema.columns where table_schema = database()
		and data_type in ('char', 'varchar', 'text', 'mediumtext', 'longtext', 'json')"""
	)
	tables: dict[str, list[str]] = {}
	for table, column in columns:
		tables.setdefault(table, []).append(column)
	found = {}
	for table, of_it in tables.items():
		name = "name" if "name" in of_it or table == "tabError Log" else "1"
		either = " or ".join(f"`{column}` like %(like)s" for column in of_it)
		if rows := frappe.db.sql_list(f"select {name} from `{table}` where {either}", {"like": f"%{word}%"}):
			found[table] = rows
	return found


def is_read(doctype, names) -> bool:
	"""Whether the session user reads one of them: in its list, in its form, or as a row of a document."""
	if frappe.get_meta(doctype).istable:
		of_them = {"name": ("in", names)}
		places = frappe.get_all(
			doctype, of_them, ["parenttype", "parent"], as_list=True, distinct=True, order_by=None
		)
		return any(frappe.has_permission(parenttype, doc=parent) for parenttype, parent in places)
	with contextlib.suppress(frappe.PermissionError):
		if WORD.lower() in frappe.as_json(frappe.get_list(doctype, {"name": ("in", names)}, ["*"])).lower():
			return True
	return any(frappe.get_doc(doctype, name).has_permission() for name in names)


def read_in(found) -> set[str]:
	return {
		table.removeprefix("tab")
		for table, names in found.items()
		if table.startswith("tab") and is_read(table.removeprefix("tab"), names)
	}


@pytest.mark.parametrize(
	("raise_first", "other"),
	[(True, "colleague"), (False, "colleague"), (False, "uncleared")],
	ids=["raised first", "raised last", "raised after they were told of it"],
)
def test_the_text_is_read_in_no_table(raise_first, other, work, people, as_user, without_hook):
	work(raise_first, people[other])
	found = holding(WORD)
	assert {f"tab{doctype}" for doctype in REACHED} <= found.keys()
	with as_user(people.uncleared):
		assert read_in(found) - COPIED == set()
		assert {each["doctype"] for each in global_search.search(WORD)} <= COPIED
		if raise_first:  # and it would say so
			with without_hook("permission_query_conditions", "Comment"):
				assert read_in(found) - COPIED == {"Comment"}
