"""What belongs to a document about a client is as confidential as the client (P-1, P-2)."""

import frappe
import pytest
from frappe.share import add as share

from client_comms import api
from client_comms.enforcement import guards, interactions, sharing
from client_comms.enforcement.registry import OF_CLIENTS, OF_OFFICERS
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-1", "P-2")


@pytest.fixture
def consent(held):
	"""A consent of a Lead that is Sensitive."""
	doc = frappe.get_doc(
		{
			"doctype": "Client Consent",
			"name": frappe.generate_hash(),
			"party_type": "Lead",
			"party": held("Lead", lead_name="Anna").name,
			"notice_text": "About the divorce",
		}
	)
	doc.db_insert()
	return doc


def a_comment(consent):
	return consent.add_comment("Comment", "About the divorce")


def a_file(consent):
	return frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "divorce.txt",
			"content": "About the divorce",
			"is_private": 1,
			"attached_to_doctype": consent.doctype,
			"attached_to_name": consent.name,
		}
	).insert(ignore_permissions=True)


def a_file_of_a_comment(consent):
	return a_file(a_comment(consent))


def a_version(consent):
	version = {"doctype": "Version", "ref_doctype": consent.doctype, "docname": consent.name, "data": "{}"}
	return frappe.get_doc(version).insert(ignore_permissions=True)


def a_todo(consent):
	todo = {"doctype": "ToDo", "reference_type": consent.doctype, "reference_name": consent.name}
	return frappe.get_doc({**todo, "description": "The divorce"}).insert(ignore_permissions=True)


@pytest.mark.parametrize("make", [a_comment, a_file, a_file_of_a_comment, a_version, a_todo])
def test_who_cannot_see_the_client(make, consent, staff, as_user):
	dependent = make(consent)

	def is_shown(user):
		with as_user(user):
			found = bool(frappe.get_list(dependent.doctype, {"name": dependent.name}))
			return found, frappe.get_doc(dependent.doctype, dependent.name).has_permission("read")

	assert is_shown(staff.uncleared) == (False, False)
	assert is_shown(staff.cleared) == (True, True)


@pytest.mark.parametrize("make", [a_comment, a_version])
def test_an_open_client_hides_nothing(make, consent, staff, as_user):
	frappe.db.set_value("Lead", consent.party, "confidentiality_level", None)
	dependent = make(consent)
	with as_user(staff.uncleared):
		assert frappe.get_list(dependent.doctype, {"name": dependent.name})
		assert frappe.get_doc(dependent.doctype, dependent.name).has_permission("read")


@pytest.fixture
def preference(consent):
	doc = frappe.get_doc({**consent.as_dict(), "doctype": "Communication Preference", "name": None})
	return doc.insert(ignore_permissions=True)


@pytest.mark.parametrize("make", [lambda each: each, a_comment, a_todo, a_file_of_a_comment])
@pytest.mark.parametrize("about", ["consent", "preference"])
def test_neither_is_shared_with_who_cannot_see_the_client(about, make, staff, as_user, request):
	shared = make(request.getfixturevalue(about))
	for user in ({"user": staff.uncleared}, {"everyone": 1}):
		with pytest.raises(ClearanceMissingError, match="cannot read"):
			share(shared.doctype, shared.name, **user)
	assert share(shared.doctype, shared.name, staff.cleared).read
	frappe.share.remove(shared.doctype, shared.name, staff.cleared)
	given = {"share_doctype": shared.doctype, "share_name": shared.name}
	for user in (staff.cleared, staff.uncleared):
		frappe.get_doc({"doctype": "DocShare", **given, "user": user, "read": 1}).db_insert()
	sharing.end_all_lapsed()
	assert frappe.get_all("DocShare", given, pluck="user") == [staff.cleared]


# --- what hides the client also hides what is about it --------------------------------------------------

ABOUT = ["Client Consent", "Identity Verification", "Client Access Link", "Communication Preference"]
ROWS = [
	("Client Consent", "Consent Event", "note"),
	("Communication Preference", "Excluded Channel", "reason"),
]


def is_readable(doc, user, as_user):
	"""In the list, and by its name."""
	with as_user(user):
		found = bool(frappe.get_list(doc.doctype, {"name": doc.name}))
		return found, bool(frappe.get_doc(doc.doctype, doc.name).has_permission("read"))


@pytest.mark.parametrize("doctype", ABOUT)
def test_a_level_of_the_client_counts_without_a_role_for_clients(doctype, held, make_user, as_user):
	"""Staff of this app alone, whom ERPNext shows no Lead at all."""
	lead = held("Lead", lead_name="Anna")
	doc = stored(doctype, party_type="Lead", party=lead.name)
	staff, manager = make_user("Frontline Staff"), make_user("Customer Support Manager")
	assert is_readable(doc, staff, as_user) == (False, False)
	assert is_readable(doc, manager, as_user) == (True, True)
	lead.db_set("confidentiality_level", None)
	assert is_readable(doc, staff, as_user) == (True, True)


@pytest.mark.parametrize("doctype", ABOUT)
@pytest.mark.parametrize("roles", [["Frontline Staff"], ["Frontline Staff", "Sales User"]])
def test_user_permissions_for_clients_count(doctype, roles, make_user, as_user):
	anna, other = (
		frappe.get_doc({"doctype": "Customer", "customer_name": name}).insert().name
		for name in ("Anna", "Bo")
	)
	doc = stored(doctype, party_type="Customer", party=anna)
	user = make_user(*roles)
	assert is_readable(doc, user, as_user) == (True, True)
	permission = {"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": other}
	frappe.get_doc(permission).insert(ignore_permissions=True)
	assert is_readable(doc, user, as_user) == (False, False)


@pytest.mark.parametrize(("doctype", "row", "text"), ROWS)
def test_rows_are_as_confidential_as_the_document(doctype, row, text, held, staff, as_user):
	lead = held("Lead", lead_name="Anna")
	doc = stored(doctype, party_type="Lead", party=lead.name)
	table = next(df.fieldname for df in doc.meta.get_table_fields() if df.options == row)
	at = {"parent": doc.name, "parenttype": doctype, "parentfield": table}
	stored(row, **at, **{text: "About the divorce"})

	def shown(user):
		with as_user(user):
			return frappe.get_list(row, {"parent": doc.name}, pluck=text, parent_doctype=doctype)

	assert shown(staff.uncleared) == []
	assert shown(staff.cleared) == ["About the divorce"]
	lead.db_set("confidentiality_level", None)
	assert shown(staff.uncleared) == ["About the divorce"]


def test_that_a_client_was_asked_to_rate_a_hidden_interaction(log, make_user, as_user):
	"""It would tell which clients have one."""
	anna = frappe.get_doc({"doctype": "Customer", "customer_name": "Anna"}).insert().name
	client = {"party_type": "Customer", "party": anna}
	asked = {
		kind: stored(
			"Client Access Link", kind="Rating", client_interaction=log(kind, **client).name, **client
		)
		for kind in ("Initial Inquiry", "Feedback/Complaint")
	}
	staff, manager = make_user("Frontline Staff"), make_user("Customer Support Manager")
	assert is_readable(asked["Feedback/Complaint"], staff, as_user) == (False, False)
	assert is_readable(asked["Initial Inquiry"], staff, as_user) == (True, True)
	assert is_readable(asked["Feedback/Complaint"], manager, as_user) == (True, True)
	invited = stored("Client Access Link", kind="Preferences", **client)
	assert is_readable(invited, staff, as_user) == (True, True)


def test_what_counts_for_an_interaction_that_is_gone_counts_for_users_of_every_kind(make_user):
	"""A condition names the interactions of users to whom none is open by its level."""
	for roles in ((), ("Frontline Staff",)):
		user = make_user(*roles)
		asked = [interactions.of_interaction("'gone'", user, missing=missing) for missing in "01"]
		assert frappe.db.sql(f"select {', '.join(asked)}") == ((0, 1),)


def test_every_row_of_a_document_about_a_client_has_a_condition():
	rows = {
		df.options
		for doctype in (*OF_CLIENTS, *OF_OFFICERS)
		for df in frappe.get_meta(doctype).get_table_fields()
	}
	assert [row for row in sorted(rows) if not guards.is_held(row)] == []


def test_a_preference_does_not_tell_the_name_of_a_hidden_client(held, make_user, as_user):
	lead = held("Lead", lead_name="Anna Secret")
	stored("Communication Preference", party_type="Lead", party=lead.name, language="de")
	values = {"doctype": "Communication Preference", "party_type": "Lead", "party": lead.name}
	with as_user(make_user("Frontline Staff")):
		with pytest.raises(frappe.PermissionError):
			api.communication_preference("Lead", lead.name)
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc(values).insert()
		lead.db_set("confidentiality_level", None)
		assert api.communication_preference("Lead", lead.name)["language"] == "de"
		frappe.db.delete("Communication Preference", {"party": lead.name})
		assert frappe.get_doc(values).insert().client_name == "Anna Secret"


# --- requests, runs and holds, which are for Compliance Officers ---------------------------------


def a_request(log):
	return stored("Data Subject Request", party_type="Customer", party=log().party, right="Access")


def a_run(log):
	return stored("Erasure Run", kind="Erasure Request", request=a_request(log).name)


def a_hold(log):
	"""On a record that the uncleared could not read either."""
	complaint = log("Feedback/Complaint")
	return stored(
		"Legal Hold",
		hold_on="Interaction",
		client_interaction=complaint.name,
		on_doctype=complaint.doctype,
		on_name=complaint.name,
		status="Released",
		reason="About the divorce",
	)


def a_hold_on_a_client(log):
	client = {"party_type": "Customer", "party": log().party}
	return stored(
		"Legal Hold", hold_on="Client", on_doctype="Customer", on_name=client["party"], reason="x", **client
	)


def stored(doctype, **values):
	doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(), **values})
	doc.db_insert()
	return doc


def a_notification(doc):
	about = {"document_type": doc.doctype, "document_name": doc.name}
	return stored("Notification Log", type="Alert", subject="The divorce", **about)


def an_email(doc):
	about = {"reference_doctype": doc.doctype, "reference_name": doc.name}
	return stored("Email Queue", message="The divorce", sender="a@example.com", status="Sent", **about)


def a_version_of_a_todo(doc):
	return a_version(a_todo(doc))


def a_deleted_comment(doc):
	comment = a_comment(doc)
	comment.delete(ignore_permissions=True)
	return frappe.get_doc("Deleted Document", {"deleted_name": comment.name})


@pytest.mark.parametrize("make_owner", [a_request, a_run, a_hold, a_hold_on_a_client])
@pytest.mark.parametrize(
	"make",
	[
		a_comment,
		a_file,
		a_file_of_a_comment,
		a_version,
		a_version_of_a_todo,
		a_todo,
		an_email,
		a_notification,
		a_deleted_comment,
	],
)
def test_what_belongs_to_them_is_for_officers(make, make_owner, log, make_user, staff, as_user):
	dependent = make(make_owner(log))
	supervisor = make_user(
		"Customer Support Manager", "System Manager"
	)  # reads the record, but is not an officer
	if dependent.doctype == "Notification Log":  # Frappe shows each only to its recipient
		dependent.db_set("for_user", None)
	for user, shown in ((staff.cleared, True), (supervisor, False), (staff.uncleared, False)):
		condition = readable_by(user, dependent)
		with as_user(user):
			asked = hooks_allow(dependent, user)
		assert (condition, asked) == (shown, shown), user


def readable_by(user, doc):
	return doc.name in guards.readable(doc.doctype, [doc.name], user)


def hooks_allow(doc, user):
	return not guards.objects(doc.doctype, doc.name, user=user)


def test_a_hold_is_hidden_from_officers_without_clearance_for_the_record(log, make_user, as_user):
	"""A comment on it does not show more than the hold itself."""
	level = frappe.get_doc("Confidentiality Level", "Sensitive")
	level.clearances = [row for row in level.clearances if row.role != "Compliance Officer"]
	level.save()
	officer = make_user("Compliance Officer", "System Manager")
	comment = a_comment(a_hold(log))
	assert not readable_by(officer, comment)
	assert not hooks_allow(comment, officer)
