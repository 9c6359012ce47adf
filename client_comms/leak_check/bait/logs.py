"""What Frappe keeps about a test record elsewhere: queued emails, logs, versions, deleted documents, the search index."""

import json

import frappe
from frappe.utils import add_days, now_datetime

from client_comms.leak_check.bait.record import INTERACTION, Bait, insert_row


def plant(doc, message, bait: Bait) -> None:
	word = bait.word
	about = {"reference_doctype": INTERACTION, "reference_name": doc.name}
	bait.names["Email Queue"] = insert_row(
		"Email Queue", message=f"{word} queued", sender="a@example.com", status="Sent", **about
	)
	bait.names["Email Queue Recipient"] = insert_row(
		"Email Queue Recipient",
		parent=bait.names["Email Queue"],
		parenttype="Email Queue",
		parentfield="recipients",
		recipient=f"{word}@example.com",
	)
	bait.names["Email of Message"] = insert_row(
		"Email Queue",
		message=f"{word} filed elsewhere",
		sender="a@example.com",
		status="Sent",
		communication=message.name,
		reference_doctype="Customer",
		reference_name=doc.party,
	)
	bait.names["Wording Finding"] = insert_row(
		"Wording Finding",
		name=f"{bait.name}-WORDING",
		found_on=now_datetime(),
		kind="Term",
		term=f"{word} term",
		user="Administrator",
		communication=message.name,
	)
	bait.names["Unhandled Email"] = insert_row(
		"Unhandled Email", name=f"{bait.name}-MAIL", raw=f"{word} received", reason="x", uid="x"
	)
	bait.names["SMS Log"] = insert_row(
		"SMS Log", name=f"{bait.name}-SMS", message=f"{word} sent", sent_to="1"
	)
	bait.names["Unprocessed Email"] = insert_row(
		"Unprocessed Email", name=f"{bait.name}-RAW", subject=f"{word} received", status="Waiting"
	)
	bait.names["Milestone"] = insert_row(
		"Milestone",
		reference_type=INTERACTION,
		reference_name=doc.name,
		track_field="subject",
		value=f"{word} milestone",
	)
	bait.names["Auto Repeat"] = insert_row(
		"Auto Repeat",
		name=f"{bait.name}-REPEAT",
		reference_doctype=INTERACTION,
		reference_document=doc.name,
		message=f"{word} again",
		status="Disabled",
		disabled=1,
	)
	if frappe.db.exists("DocType", "Energy Point Log"):  # version 15
		bait.names["Energy Point Log"] = insert_row(
			"Energy Point Log", user="Administrator", type="Appreciation", reason=f"{word} praised", **about
		)
	bait.names["Access Log"] = insert_row(
		"Access Log",
		export_from=INTERACTION,
		reference_document=doc.name,
		page=f"{word} page",
		user="Administrator",
	)
	bait.names["Error Log"] = insert_row("Error Log", method=f"{word} failed", error=f"{word} error", **about)
	bait.names["Integration Request"] = insert_row(
		"Integration Request",
		data=f"{word} requested",
		reference_doctype=INTERACTION,
		reference_docname=doc.name,
	)
	bait.names["Submission Queue"] = insert_row(
		"Submission Queue",
		status="Failed",
		exception=f"{word} exception",
		ref_doctype=INTERACTION,
		ref_docname=doc.name,
	)
	bait.names["Discussion Topic"] = insert_row(
		"Discussion Topic",
		name=f"{bait.name}-TOPIC",
		title=f"{word} topic",
		reference_doctype=INTERACTION,
		reference_docname=doc.name,
	)
	bait.names["Discussion Reply"] = insert_row(
		"Discussion Reply",
		name=f"{bait.name}-REPLY",
		topic=bait.names["Discussion Topic"],
		reply=f"{word} reply",
	)
	bait.names["Erasure Item"] = insert_row(
		"Erasure Item", action="Keep", state="Kept", reason=f"{word} kept", **about
	)
	bait.names["Legal Hold"] = insert_row(
		"Legal Hold",
		name=f"{bait.name}-HOLD",
		hold_on="Interaction",
		client_interaction=doc.name,
		on_doctype=INTERACTION,
		on_name=doc.name,
		status="Released",  # an active one would stop what other surfaces try
		reason=f"{word} held",
	)
	bait.names["Activity Log"] = insert_row(
		"Activity Log", subject=f"{word} activity", user="Administrator", status="Success", **about
	)
	change = {"changed": [["summary", f"{word} before", f"{word} after"]]}
	bait.names["Version"] = insert_row(
		"Version", ref_doctype=INTERACTION, docname=doc.name, data=json.dumps(change)
	)
	bait.names["Email Unsubscribe"] = insert_row("Email Unsubscribe", email=f"{word}@example.com", **about)
	bait.names["Workflow Action"] = insert_row(
		"Workflow Action", name=f"{bait.name}-ACTION", workflow_state=f"{word} state", status="Open", **about
	)
	insert_row(
		"Workflow Action Permitted Role",
		parent=bait.names["Workflow Action"],
		parenttype="Workflow Action",
		parentfield="permitted_roles",
		role="All",
	)
	bait.names["Document Share Key"] = insert_row(
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
		"Wording Finding": {"name": "gone", "term": f"{word} deleted term", "message": message.name},
		"Interaction Evidence": {
			"name": "gone",
			"note": f"{word} deleted row",
			"parenttype": INTERACTION,
			"parent": doc.name,
		},
	}
	for doctype, data in gone.items():
		bait.names[f"Deleted {doctype}"] = insert_row(
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
