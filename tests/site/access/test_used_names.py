"""The number of a deleted record is given to no other one (P-2)."""

import frappe
import pytest

pytestmark = pytest.mark.clause("P-2")

DOCTYPES = ("Client Interaction", "Issue", "Lead", "Opportunity")
FIELDS = {
	"Issue": {"subject": "Noise"},
	"Lead": {"lead_name": "Anna"},
}


@pytest.fixture
def make(log, held, make_client):
	"""`make(doctype)` makes a record that is open to its readers by role."""

	def made(doctype):
		if doctype == "Client Interaction":
			return log("Initial Inquiry")
		fields = FIELDS.get(doctype) or {
			"opportunity_from": "Customer",
			"party_name": make_client("Berta", "berta@client.example").party,
		}
		return held(doctype, level=None, **fields)

	return made


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_the_next_record_gets_another_number(make, doctype):
	deleted = make(doctype)
	frappe.delete_doc(doctype, deleted.name, force=True)
	assert make(doctype).name != deleted.name


@pytest.mark.parametrize("doctype", ["Issue", "Lead"])
@pytest.mark.parametrize("way", ["request", "import"])
def test_a_number_that_was_used_is_not_chosen(make, staff, as_user, monkeypatch, doctype, way):
	deleted = make(doctype)
	frappe.delete_doc(doctype, deleted.name, force=True)

	def choose(name):
		"""As the REST API and Data Import do."""
		doc = frappe.new_doc(doctype, name=name, **FIELDS[doctype])
		if way == "request":
			doc.flags.name_set = True
		else:
			monkeypatch.setitem(frappe.flags, "in_import", True)
		return doc.insert()

	with as_user(staff.uncleared):
		assert choose(deleted.name).name != deleted.name
		assert choose(f"{deleted.name}-OTHER").name == f"{deleted.name}-OTHER"


@pytest.mark.parametrize("doctype", ["Issue", "Lead", "Opportunity"])
def test_a_record_is_not_renamed_to_a_number_that_was_used(make, doctype):
	deleted, other = make(doctype), make(doctype)
	frappe.delete_doc(doctype, deleted.name, force=True)
	with pytest.raises(frappe.ValidationError, match="deleted record"):
		frappe.rename_doc(doctype, other.name, deleted.name, force=True)
	assert frappe.rename_doc(doctype, other.name, f"{deleted.name}-OTHER", force=True)


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_what_is_restored_is_of_the_series_that_it_was(make, doctype):
	deleted = make(doctype)
	deleted.db_set("naming_series", "OTHER-.#####")
	frappe.delete_doc(doctype, deleted.name, force=True)
	kept = frappe.db.get_value("Deleted Document", {"deleted_name": deleted.name}, "data")
	assert frappe.parse_json(kept)["naming_series"] == "OTHER-.#####"


def test_what_remains_of_a_deleted_record_stays_hidden(held, staff, as_user):
	lead = held("Lead", lead_name="Anna")
	sent = frappe.get_doc(
		{
			"doctype": "Email Queue",
			"sender": "us@example.com",
			"message": "What Anna asked",
			"reference_doctype": "Lead",
			"reference_name": lead.name,
		}
	)
	sent.db_insert()
	frappe.delete_doc("Lead", lead.name, force=True)
	held("Lead", level=None, lead_name="Berta")
	with as_user(staff.uncleared):
		assert not frappe.get_list("Email Queue", {"name": sent.name})
