"""A rename or merge requires clearance on both records, however it is requested (D-5, P-2)."""

import frappe
import pytest

from client_comms import compat
from client_comms.enforcement import renaming
from client_comms.leak_check.visitor import Visitor

UNCHECKED = {"force": 1, "validate_rename": 0}


@pytest.fixture
def note():
	"""A message without an interaction."""
	return insert("Communication", subject="Mine", content="mine", communication_medium="Event")


def insert(doctype, **fields):
	return frappe.get_doc({"doctype": doctype, **fields}).insert(ignore_permissions=True)


def message_of(complaint):
	return insert(
		"Communication",
		subject="Noise",
		content="The neighbours complain",
		communication_medium="Event",
		reference_doctype=complaint.doctype,
		reference_name=complaint.name,
	)


def rename(doc, name, **arguments):
	frappe.get_doc(doc.doctype, doc.name).rename(name, **{**UNCHECKED, **arguments})


# --- what a record is merged into, and what is merged ---------------------------------------------


def test_a_message_is_not_merged_into_a_hidden_one(complaint, note, staff, as_user):
	hidden = message_of(complaint)
	with as_user(staff.uncleared), pytest.raises(frappe.PermissionError):
		rename(note, hidden.name, merge=1)
	with as_user(staff.cleared):
		rename(note, hidden.name, merge=1)
	assert not frappe.db.exists("Communication", note.name)


def test_a_hidden_message_is_neither_merged_nor_renamed(complaint, note, staff, as_user):
	hidden = message_of(complaint)
	with as_user(staff.uncleared):
		for arguments in ({"name": note.name, "merge": 1}, {"name": "elsewhere"}):
			with pytest.raises(frappe.PermissionError):
				rename(hidden, **arguments)


@pytest.mark.parametrize("doctype", ["Comment", "File"])
def test_a_dependent_is_not_merged_into_a_hidden_one(doctype, complaint, staff, as_user):
	about, text = {
		"Comment": (("reference_doctype", "reference_name"), {"comment_type": "Info", "content": "x"}),
		"File": (("attached_to_doctype", "attached_to_name"), {"file_name": "x.txt", "content": "x"}),
	}[doctype]
	hidden = insert(doctype, **text, **dict(zip(about, (complaint.doctype, complaint.name), strict=True)))
	# Version 16 cannot delete a comment that is about nothing.
	text.update(zip(about, ("Company", complaint.company), strict=True))
	with as_user(staff.uncleared):
		mine = insert(doctype, **text)
		with pytest.raises(frappe.PermissionError):
			rename(mine, hidden.name, merge=1)
	with as_user(staff.cleared):
		theirs = insert(doctype, **text)
		rename(theirs, hidden.name, merge=1)
	assert not frappe.db.exists(doctype, theirs.name)


def test_leads_are_renamed_and_merged_by_those_who_can_write_both(held, staff, as_user):
	hidden = held("Lead", "Sensitive", lead_name="Anna")
	mine = held("Lead", "Standard", lead_name="Bert")
	with as_user(staff.uncleared):
		with pytest.raises(frappe.PermissionError):
			rename(mine, hidden.name, merge=1)
		rename(mine, "LEAD-BERT", force=0, validate_rename=1)
	with as_user(staff.cleared):
		frappe.rename_doc("Lead", "LEAD-BERT", hidden.name, merge=True)


def test_what_is_merged_stays_as_confidential_as_it_was(held, staff, as_user):
	strict, open_one = (held("Issue", level, subject="Noise") for level in ("Sensitive", "Standard"))
	with as_user(staff.cleared):
		frappe.rename_doc("Issue", strict.name, open_one.name, merge=True)
	assert frappe.db.get_value("Issue", open_one.name, "confidentiality_level") == "Sensitive"


@pytest.fixture
def agent(make_user):
	"""Cleared for what they take part in."""
	return make_user("Customer Support", "Support Team", "Sales User", "Sales Manager")


def assign(doc, user):
	about = {"reference_type": doc.doctype, "reference_name": doc.name}
	insert("ToDo", allocated_to=user, description="x", **about)


MERGED = {
	"Issue": {"subject": "Noise"},
	"Lead": {"lead_name": "Anna"},
	"Opportunity": {"opportunity_from": "Customer"},
}


@pytest.mark.parametrize("level", [None, "Sensitive"])
@pytest.mark.parametrize("tie", ["assigned", "takes part in an interaction"])
@pytest.mark.parametrize("doctype", MERGED)
def test_who_takes_part_in_one_does_not_take_part_in_the_other_by_merging(
	doctype, tie, level, held, agent, log, make_client, as_user
):
	"""Frappe moves to-dos and interactions to the record that stays, and has to ask about that before."""
	fields = dict(MERGED[doctype])
	if doctype == "Opportunity":
		fields["party_name"] = make_client("Nordlicht", "anna@client.example").party
	hidden, mine = held(doctype, **fields), held(doctype, level, **fields)
	if tie == "assigned":
		assign(mine, agent)
	else:
		about = {"reference_doctype": doctype, "reference_name": mine.name}
		log("Feedback/Complaint", responsible_staff=agent, **about)
		mine.db_set("confidentiality_level", level)
	with as_user(agent):
		assert frappe.has_permission(doctype, "write", doc=mine.name)
		assert not frappe.has_permission(doctype, "read", doc=hidden.name)
		for first, second in ((mine, hidden), (hidden, mine)):
			with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
				frappe.rename_doc(doctype, first.name, second.name, merge=True)
			assert frappe.db.exists(doctype, first.name)


@pytest.mark.parametrize("stricter", ["old", "new"])
@pytest.mark.parametrize("doctype", MERGED)
def test_what_depends_on_either_is_as_confidential_as_the_merged_record(
	doctype, stricter, held, log, make_client
):
	"""As after *Change Level*: the interactions about it, and the Opportunities of a Lead with those about them."""
	fields = dict(MERGED[doctype])
	if doctype == "Opportunity":
		fields["party_name"] = make_client("Nordlicht", "anna@client.example").party
	old, new = (
		held(doctype, "Sensitive" if each == stricter else "Standard", **fields) for each in ("old", "new")
	)
	open_one = new if stricter == "old" else old
	about = {"reference_doctype": doctype, "reference_name": open_one.name}
	told = [log("Initial Inquiry", **about).name]
	if doctype == "Lead":
		offer = held("Opportunity", "Standard", opportunity_from="Lead", party_name=open_one.name)
		told.append(log("Initial Inquiry", reference_doctype="Opportunity", reference_name=offer.name).name)
	frappe.rename_doc(doctype, old.name, new.name, merge=True)
	assert frappe.db.get_value(doctype, new.name, "confidentiality_level") == "Sensitive"
	assert {frappe.db.get_value("Client Interaction", each, "confidentiality_level") for each in told} == {
		"Sensitive"
	}
	if doctype == "Lead":
		assert frappe.db.get_value("Opportunity", offer.name, "confidentiality_level") == "Sensitive"


# --- names that other records rely on --------------------------------------------------------------


def test_levels_do_not_change_names(site):
	for other in ("Standard (before)", "Sensitive"):
		with pytest.raises(frappe.PermissionError):
			rename(frappe.get_doc("Confidentiality Level", "Standard"), other, merge=other == "Sensitive")
		frappe.db.rollback()  # as a request that was refused
	with pytest.raises(frappe.PermissionError):
		frappe.rename_doc("Confidentiality Level", "Standard", "Open", force=True)


def test_interactions_and_entries_of_the_ledger_do_not(complaint, site):
	from client_comms import ledger

	ledger.record(ledger.GRANT, complaint.doctype, complaint.name, "Sensitive")
	entry = frappe.get_last_doc("Compliance Ledger Entry", {"reference_name": complaint.name})
	for doc in (complaint, entry):
		with pytest.raises(frappe.PermissionError):
			rename(doc, "elsewhere")


def test_nor_after_customize_form_lets_them(site):
	frappe.make_property_setter(
		{
			"doctype": "Confidentiality Level",
			"doctype_or_field": "DocType",
			"property": "allow_rename",
			"value": "1",
			"property_type": "Check",
		}
	)
	with pytest.raises(frappe.PermissionError):
		frappe.rename_doc("Confidentiality Level", "Standard", "Open")


def test_a_communication_type_may(site):
	frappe.rename_doc("Communication Type", "Service Update", "Service News")
	assert frappe.db.exists("Communication Type", "Service News")


def test_a_patch_renames_what_it_has_to(site):
	frappe.flags.in_patch = True
	frappe.rename_doc("Confidentiality Level", "Standard", "Open", force=True)
	assert frappe.db.exists("Confidentiality Level", "Open")


# --- what a request says --------------------------------------------------------------------------


WAYS = {
	"method": lambda visitor, doc, rename: visitor.call(
		"run_doc_method", dt=doc.doctype, dn=doc.name, method="rename", args=rename
	),
	"its older name": lambda visitor, doc, rename: visitor.call(
		"runserverobj", dt=doc.doctype, dn=doc.name, method="rename", arg=rename
	),
	"REST v1": lambda visitor, doc, rename: visitor.get(
		f"/api/resource/{doc.doctype}/{doc.name}", run_method="rename", **rename
	),
	"REST v2": lambda visitor, doc, rename: visitor.get(
		f"/api/v2/document/{doc.doctype}/{doc.name}/method/rename", **rename
	),
}


@pytest.mark.committed
@pytest.mark.parametrize("way", WAYS)
def test_a_request_cannot_leave_out_the_checks(way, make_user):
	"""A role, which the user can read, represents any document of any app."""
	user = make_user("System Manager")
	role = insert("Role", role_name=f"Mutable {frappe.generate_hash(length=6)}")
	frappe.db.commit()
	new = f"{role.name} renamed"
	try:
		with Visitor(user) as visitor:
			refused = WAYS[way](visitor, role, {"name": new, "force": 1, "validate_rename": 0})
			assert refused.status == 403
			assert frappe.db.exists("Role", role.name)
			WAYS[way](visitor, role, {"name": new})
		frappe.db.rollback()
		# Both versions roll back changes of a GET, and version 16 does not take the older name from a request.
		changes = way == "method" or (way == "its older name" and not compat.is_version_16())
		assert bool(frappe.db.exists("Role", new)) == changes
	finally:
		frappe.db.delete("Role", {"name": ("in", [role.name, new])})
		frappe.db.commit()


def test_arguments_in_whatever_form(site):
	frappe.local.form_dict = frappe._dict(args="{not json", arg='["validate_rename"]', kwargs=None)
	renaming.keep_checks()
	# The body of a request to version 2 of the API is JSON.
	frappe.local.form_dict = frappe._dict(method="rename", kwargs={"name": "x", "validate_rename": False})
	with pytest.raises(frappe.PermissionError):
		renaming.keep_checks()
