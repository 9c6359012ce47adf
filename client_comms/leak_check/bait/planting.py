"""Plants the test records: an interaction per level, with the documents and the clients that it is about."""

import frappe
from frappe.utils import add_days, now, now_datetime

from client_comms.enforcement import documents, policy
from client_comms.leak_check.bait import dependents
from client_comms.leak_check.bait.record import INTERACTION, MARK, Bait, Planted, insert_row

OCCURRED_DAYS_AGO = 40  # graphs take the current month's figures from elsewhere
PARTIES = ("Contact", "Customer", "Lead", "Prospect", "Opportunity", "Issue")
# As an interaction with an owed answer, so far in the future that the site does nothing with it in the meantime.
OWING = {
	"status": "Open",
	"clock_state": "Running",
	"respond_status": "Running",
	"respond_by": "2099-12-31 12:00:00",
	"next_deadline": "2099-12-31 12:00:00",
	"logged_by_hand": 1,
}


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
		frappe.db.set_value(INTERACTION, each.name, OWING, update_modified=False)
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
	dependents.plant(user, doc, bait, parties)
	for doctype in documents.SETTING:
		bait.names[doctype] = _document(
			doctype, f"{bait.name}-{doctype}", word, parties, confidentiality_level=level
		)
	bait.names["CRM Note"] = insert_row(
		"CRM Note", parent=bait.names["Lead"], parenttype="Lead", parentfield="notes", note=f"{word} note"
	)
	_of_documents(bait)
	return bait


def _of_documents(bait: Bait) -> None:
	"""A row of the Opportunity, and a message under the Issue without an interaction."""
	bait.names["Opportunity Item"] = insert_row(
		"Opportunity Item",
		parent=bait.names["Opportunity"],
		parenttype="Opportunity",
		parentfield="items",
		idx=1,
		item_code=f"{bait.word} item",
	)
	bait.names["Message of Issue"] = insert_row(
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
	return insert_row(doctype, name=name, status="Open", **text, **values)


def _record_method() -> str:
	return frappe.db.get_value("Documentation Method", {"evidence": "This Record"}) or frappe.db.get_value(
		"Documentation Method", {}
	)


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
	return insert_row(doctype, name=f"{MARK.upper()}-{token}-{doctype}", **title)


def _make_client(user: str, customer: str) -> None:
	"""Make a portal user a contact of the test customer during the check, so that they could see its Issues."""
	if frappe.db.get_value("User", user, "user_type") != "Website User":
		return
	# ERPNext lists documents of the contact's customer, and opens those of the customer whose portal user it is.
	insert_row(
		"Portal User", parent=customer, parenttype="Customer", parentfield="portal_users", user=user, idx=1
	)
	if contact := frappe.db.get_value("Contact", {"user": user}):
		insert_row(
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
