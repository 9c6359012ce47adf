"""Changes: a user who can change a record could move it to a place where they can read it."""

import frappe

from client_comms.enforcement import documents
from client_comms.leak_check.bait import INTERACTION, remove_made
from client_comms.leak_check.surfaces.surface import BY_EVENT, BY_REQUEST, ROWS, overridden, surface
from client_comms.rules import access


@surface("re-filing of a message", overridden("frappe.email.relink"))
def relink(visitor, bait, planted):
	message, target = bait.names["Communication"], planted.parties["Customer"]
	before = frappe.db.get_value(
		"Communication", message, ["reference_doctype", "reference_name", "status"], as_dict=True
	)
	visitor.call("frappe.email.relink", name=message, reference_doctype="Customer", reference_name=target)
	moved = frappe.db.get_value("Communication", message, "reference_name") == target
	frappe.db.set_value("Communication", message, before, update_modified=False)
	return moved


def _made_from_message(method, doctype):
	@surface(f"{doctype} made from a message", overridden(method))
	def made(visitor, bait, planted):
		message = bait.names["Communication"]
		before = frappe.db.get_value(
			"Communication", message, ["reference_doctype", "reference_name", "status"], as_dict=True
		)
		made = visitor.call(
			method,
			communication=message,
			company=frappe.db.get_value("Company", {}),
			ignore_communication_links=1,
		).message
		frappe.db.set_value("Communication", message, before, update_modified=False)
		remove_made(doctype, made)
		return bool(made)


_made_from_message("erpnext.support.doctype.issue.issue.make_issue_from_communication", "Issue")
_made_from_message("erpnext.crm.doctype.lead.lead.make_lead_from_communication", "Lead")
_made_from_message(
	"erpnext.crm.doctype.opportunity.opportunity.make_opportunity_from_communication",
	"Opportunity",
)


@surface("record of a client who is made one's own (account manager)", BY_EVENT, control=False)
def own_client(visitor, bait, planted):
	customer = {"doctype": "Customer", "name": planted.parties["Customer"]}
	visitor.call("frappe.client.set_value", **customer, fieldname="account_manager", value=visitor.user)
	answer = visitor.get(f"/api/resource/{INTERACTION}/{bait.name}")
	frappe.db.set_value("Customer", customer["name"], "account_manager", None, update_modified=False)
	frappe.db.delete("Version", {"ref_doctype": "Customer", "docname": customer["name"]})
	return answer


_OWNERS = ["attached_to_doctype", "reference_doctype"]


def _change(name, doctype, column, send, control=True):
	@surface(f"change by {name}", action=access.WRITE, control=control)
	def changed(visitor, bait, planted):
		target = bait.name if doctype == INTERACTION else bait.names[doctype]
		kept = [column, "modified", *(each for each in _OWNERS if frappe.get_meta(doctype).has_field(each))]
		before = frappe.db.get_value(doctype, target, kept, as_dict=True)
		send(visitor, doctype, target, bait)
		after = frappe.db.get_value(doctype, target, column)
		frappe.db.set_value(doctype, target, before, update_modified=False)
		return after != before[column]


_change(
	"client.set_value",
	INTERACTION,
	"summary",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.set_value",
		doctype=doctype,
		name=name,
		fieldname="summary",
		value=f"{bait.word} changed",
	),
)
_change(
	"client.bulk_update",
	INTERACTION,
	"summary",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.bulk_update",
		docs=[{"doctype": doctype, "docname": name, "summary": f"{bait.word} changed"}],
	),
)
_change(
	"REST",
	INTERACTION,
	"summary",
	lambda visitor, doctype, name, bait: visitor.request(
		"PUT", f"/api/resource/{doctype}/{name}", {"summary": f"{bait.word} changed"}
	),
)
_change(
	"making oneself responsible",
	INTERACTION,
	"responsible_staff",
	lambda visitor, doctype, name, bait: visitor.request(
		"PUT", f"/api/resource/{doctype}/{name}", {"responsible_staff": visitor.user}
	),
	control=False,
)
_change(
	"the edit of many in the list",
	INTERACTION,
	"summary",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs",
		doctype=doctype,
		docnames=[name],
		action="update",
		data={"summary": f"{bait.word} changed"},
	),
)
for _doctype in ROWS[1:]:
	_change(
		f"a row of {_doctype} by its name",
		_doctype,
		"note",
		lambda visitor, doctype, name, bait: visitor.call(
			"frappe.client.set_value",
			doctype=doctype,
			name=name,
			fieldname="note",
			value=f"{bait.word} changed",
		),
		control=False,
	)
_change(
	"a message's interaction",
	"Communication",
	"client_interaction",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.set_value", doctype=doctype, name=name, fieldname="client_interaction", value=""
	),
	control=False,  # stored for everyone
)
_change(
	"a message's level",
	"Communication",
	"confidentiality_level",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.set_value", doctype=doctype, name=name, fieldname="confidentiality_level", value=""
	),
	control=False,  # stored for everyone
)
_change(
	"a file's owner document",
	"File",
	"attached_to_name",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.set_value",
		doctype=doctype,
		name=name,
		fieldname={"attached_to_doctype": "User", "attached_to_name": visitor.user},
	),
)
_change(
	"a comment's owner document",
	"Comment",
	"reference_name",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.set_value",
		doctype=doctype,
		name=name,
		fieldname={"reference_doctype": "User", "reference_name": visitor.user},
	),
)


@surface("change of an Issue's level", action=access.WRITE, control=False)
def issue_level(visitor, bait, planted):
	if not documents.is_governed("Issue"):
		return False
	issue = bait.names["Issue"]
	before = frappe.db.get_value("Issue", issue, "confidentiality_level")
	visitor.call(
		"client_comms.api.change_level",
		doctype="Issue",
		name=issue,
		level=planted.baits[0].label,
		reason="leakbait",
	)
	changed = frappe.db.get_value("Issue", issue, "confidentiality_level") != before
	frappe.db.set_value("Issue", issue, "confidentiality_level", before, update_modified=False)
	return changed


@surface("acknowledgement", action=access.WRITE)
def acknowledgement(visitor, bait, planted):
	"""A refusal by the clock means that the permission to write was already granted."""
	answer = visitor.call("client_comms.api.acknowledge", name=bait.name)
	return answer.ok or "ActionNotPossibleError" in answer.text


@surface("assignment to oneself", action=access.WRITE, control=False)
def assign_to_oneself(visitor, bait, planted):
	visitor.call(
		"frappe.desk.form.assign_to.add",
		doctype=INTERACTION,
		name=bait.name,
		assign_to=[visitor.user],
		description="leakbait assignment",
	)
	key = {"reference_type": INTERACTION, "reference_name": bait.name, "allocated_to": visitor.user}
	made = frappe.db.exists("ToDo", {**key, "description": ("like", "leakbait assignment%")})
	frappe.db.delete("ToDo", {**key, "description": ("like", "leakbait assignment%")})
	frappe.db.delete("Interaction Action Item", {"parent": bait.name, "assigned_to": visitor.user})
	frappe.db.delete("DocShare", {"share_name": bait.name})
	return bool(made)


@surface("share with oneself", action=access.SHARE)
def share_with_oneself(visitor, bait, planted):
	visitor.call("frappe.share.add", doctype=INTERACTION, name=bait.name, user=visitor.user)
	made = frappe.db.exists("DocShare", {"share_doctype": INTERACTION, "share_name": bait.name})
	frappe.db.delete("DocShare", {"share_name": bait.name})
	return bool(made)


@surface("share in a made-up table of one's own document", BY_REQUEST, control=False)
def share_in_made_up_table(visitor, bait, planted):
	tables = {"made_up": "DocShare"}
	share = {"share_doctype": INTERACTION, "share_name": bait.name, "user": visitor.user, "read": 1}
	visitor.call(
		"frappe.client.insert",
		doc={
			"doctype": "ToDo",
			"description": "leakbait made up",
			"_table_fieldnames": tables,
			"_non_computed_table_fieldnames": tables,
			"made_up": [share],
		},
	)
	made = frappe.db.exists("DocShare", share)
	frappe.db.delete("DocShare", share)
	frappe.db.delete("ToDo", {"description": "leakbait made up"})
	return bool(made)


@surface("liking", overridden("frappe.desk.like.toggle_like"))
def liking(visitor, bait, planted):
	visitor.call("frappe.desk.like.toggle_like", doctype=INTERACTION, name=bait.name, add="Yes")
	liked = {"comment_type": "Like", "reference_name": bait.name}
	made = frappe.db.exists("Comment", liked)
	frappe.db.delete("Comment", liked)
	frappe.db.set_value(INTERACTION, bait.name, "_liked_by", None, update_modified=False)
	return bool(made)


@surface("tagging", overridden("frappe.desk.doctype.tag.tag.add_tag"))
def tagging(visitor, bait, planted):
	visitor.call("frappe.desk.doctype.tag.tag.add_tag", tag="leakbait own", dt=INTERACTION, dn=bait.name)
	made = {"document_name": bait.name, "tag": "leakbait own"}
	tagged = frappe.db.exists("Tag Link", made)
	frappe.db.delete("Tag Link", made)
	frappe.db.set_value(INTERACTION, bait.name, "_user_tags", ",leakbait tag", update_modified=False)
	return bool(tagged)


@surface("comment that mentions")
def comment(visitor, bait, planted):
	"""A user who can comment sees the other comments."""
	return visitor.call(
		"frappe.desk.form.utils.add_comment",
		reference_doctype=INTERACTION,
		reference_name=bait.name,
		content="leakbait remark",
		comment_email=visitor.user,
		comment_by="x",
	).ok


@surface("note in a timeline that only Frappe makes", control=False)
def note_of_frappe(visitor, bait, planted):
	forged = {"comment_type": "Info", "reference_name": bait.name, "content": "leakbait note"}
	visitor.call(
		"run_doc_method",
		dt=INTERACTION,
		dn=bait.name,
		method="add_comment",
		args={"comment_type": "Info", "text": "leakbait note"},
	)
	made = frappe.db.exists("Comment", forged)
	frappe.db.delete("Comment", forged)
	return bool(made)


_ATTENDING = "frappe.desk.doctype.event.event.update_attending_status"


@surface("attendance of an event", overridden(_ATTENDING))
def attendance(visitor, bait, planted):
	row = frappe.get_doc(
		{
			"doctype": "Event Participants",
			"parent": bait.names["Event"],
			"parenttype": "Event",
			"parentfield": "event_participants",
			"reference_doctype": "Customer",
			"reference_docname": planted.parties["Customer"],
			"email": visitor.user,
		}
	)
	row.db_insert()
	answer = visitor.call(_ATTENDING, event_name=row.parent, attendee=visitor.user, status="Maybe")
	frappe.db.delete("Event Participants", {"name": row.name})
	return answer.ok


_SEEN = "frappe.email.inbox.create_email_flag_queue"


@surface("mark that a message was read", overridden(_SEEN))
def seen_flag(visitor, bait, planted):
	message = bait.names["Communication"]
	before = frappe.db.get_value("Communication", message, ["uid", "seen", "_seen"], as_dict=True)
	frappe.db.set_value("Communication", message, {"uid": 7, "seen": 0}, update_modified=False)
	visitor.call(_SEEN, names=[message], action="Read")
	seen = frappe.db.get_value("Communication", message, "seen")
	frappe.db.delete("Email Flag Queue", {"communication": message})
	frappe.db.set_value("Communication", message, before, update_modified=False)
	return bool(seen)


_RULES = "frappe.automation.doctype.assignment_rule.assignment_rule.bulk_apply"


@surface("assignment by rules", overridden(_RULES), action=access.WRITE)
def assignment_rules(visitor, bait, planted):
	return visitor.call(_RULES, doctype=INTERACTION, docnames=[bait.name]).ok


_UNLOCK = "frappe.model.document.unlock_document"


@surface("unlocking of a document that waits for a job", overridden(_UNLOCK), action=access.WRITE)
def unlocking(visitor, bait, planted):
	return visitor.call(_UNLOCK, doctype=INTERACTION, name=bait.name).ok


@surface("splitting of an Issue of one's own, with a hidden message", control=False)
def split_issue(visitor, bait, planted):
	"""ERPNext moves any message that is named, and those after it; ours belongs to another Issue."""
	message = bait.names["Message of Issue"]
	made = visitor.call(
		"run_doc_method",
		dt="Issue",
		dn=planted.parties["Issue"],
		method="split_issue",
		args={"subject": "leakbait split", "communication_id": message},
	).message
	moved = frappe.db.get_value("Communication", message, "reference_name") != bait.names["Issue"]
	frappe.db.set_value(
		"Communication", message, "reference_name", bait.names["Issue"], update_modified=False
	)
	remove_made("Issue", made)
	return moved


@surface("message that arrives with a level, and loses it", BY_EVENT, control=False)
def stated_level(visitor, bait, planted):
	stated = frappe.db.get_value(INTERACTION, bait.name, "confidentiality_level")
	made = visitor.call(
		"frappe.client.insert",
		doc={
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Event",  # neither logged nor checked at the gate
			"subject": "leakbait stated",
			"content": "x",
			"reference_doctype": "Customer",
			"reference_name": planted.parties["Customer"],
			"confidentiality_level": stated,
		},
	).message
	name = made and made["name"]
	kept = name and frappe.db.get_value("Communication", name, "confidentiality_level")
	frappe.db.delete("Communication", {"name": name})
	return bool(name) and kept != stated
