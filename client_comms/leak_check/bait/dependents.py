"""What belongs to a test record: messages, comments, files, ToDos, notifications, and the activities linked to it."""

import frappe
from frappe.utils import now_datetime

from client_comms.leak_check.bait import logs, reports, source_documents
from client_comms.leak_check.bait.record import INTERACTION, MARK, Bait, insert_row


def plant(user: str, doc, bait: Bait, parties: dict) -> None:
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
	insert_row(  # from a lead: ERPNext has a report that quotes it
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
	names["Message of Lead"] = insert_row(
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
			_picture(file, word)
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
	logs.plant(doc, message, bait)
	source_documents.plant(doc, bait)
	reports.plant(doc, bait)


def _picture(file, word: str) -> None:
	"""Beside a file: one that counts as an image by its name."""
	picture = frappe.copy_doc(file)
	picture.update({"file_name": f"{word}.png", "file_url": None, "content": f"{word} drawn"})
	picture.insert(ignore_permissions=True)


def _activities(doc, bait: Bait, parties: dict) -> None:
	"""An event and a call linked to the interaction, as by its intake."""
	bound = {"client_interaction": doc.name, "confidentiality_level": doc.confidentiality_level}
	bait.names["Event"] = insert_row(
		"Event",
		name=f"{bait.name}-EVENT",
		subject=f"{bait.word} event",
		starts_on=now_datetime(),
		event_type="Public",
		status="Open",
		**bound,
	)
	bait.names["Event Participants"] = insert_row(
		"Event Participants",
		parent=bait.names["Event"],
		parenttype="Event",
		parentfield="event_participants",
		reference_doctype="Contact",
		reference_docname=parties["Contact"],
		email=f"{bait.word}@example.com",
	)
	bait.names["Call Log"] = insert_row(
		"Call Log",
		name=f"{bait.name}-CALL",
		summary=f"{bait.word} call",
		type="Incoming",
		status="Completed",
		**bound,
	)
	bait.names["Client Disclosure"] = insert_row(
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
	_about(doc, bait)
	bait.names["Dynamic Link"] = insert_row(
		"Dynamic Link",
		parent=bait.names["Call Log"],
		parenttype="Call Log",
		parentfield="links",
		link_doctype="Contact",
		link_name=parties["Contact"],
		link_title=f"{bait.word} caller",
	)


def _about(doc, bait: Bait) -> None:
	"""A completed review of the interaction, and the paper file in which it is kept."""
	bait.names["Interaction Review"] = insert_row(
		"Interaction Review",
		name=f"{bait.name}-REVIEW",
		interaction=doc.name,
		reviewer="Administrator",
		reviewed_user="Administrator",
		status="Completed",
		summary=f"{bait.word} review",
	)
	bait.names["Physical File"] = insert_row(
		"Physical File",
		name=f"{bait.name}-PAPER",
		title=f"{bait.word} paper",
		state="In Place",
		confidentiality_level=doc.confidentiality_level,
	)
	insert_row(
		"Physical File Interaction",
		parent=bait.names["Physical File"],
		parenttype="Physical File",
		parentfield="interactions",
		interaction=doc.name,
		idx=1,
	)


def _tag(doc, word: str) -> str:
	link = insert_row(
		"Tag Link", document_type=INTERACTION, document_name=doc.name, tag=f"{MARK} tag", title=f"{word} tag"
	)
	if not frappe.db.exists("Tag", f"{MARK} tag"):
		insert_row("Tag", name=f"{MARK} tag")
	doc.db_set("_user_tags", f",{MARK} tag", update_modified=False)
	return link
