"""Files of what has no level, but readers of its own (a consent, a request, an import), are private, and no second row opens their content (P-2,
D-6)."""

import frappe
import pytest
from frappe.core.doctype.file.file import File

from client_comms.enforcement import private_files
from client_comms.enforcement.doctypes.file import OF_FEW
from client_comms.exceptions import ClearanceMissingError
from client_comms.leak_check import existing_exposures

pytestmark = pytest.mark.clause("P-2", "D-6")

SECRET = "A copy of the passport"
FIELDS = {
	"Data Import": {"reference_doctype": "Client Interaction"},
	"Data Subject Request": {"right": "Access"},
	"Erasure Run": {"kind": "Erasure Request"},
	"Legal Hold": {"hold_on": "Client", "reason": "x", "status": "Released"},
	"Prepared Report": {"report_name": "Response Compliance", "owner": "Administrator"},
}


@pytest.fixture
def owner(held):
	"""`owner(doctype)`: a document of a Lead that is Sensitive, or one that Administrator entered."""

	def make(doctype):
		meta, fields = frappe.get_meta(doctype), FIELDS.get(doctype, {})
		if meta.has_field("party"):
			lead = held("Lead", lead_name="Anna")
			fields = {**fields, "party_type": "Lead", "party": lead.name}
			if doctype == "Legal Hold":
				fields |= {"on_doctype": "Lead", "on_name": lead.name}
		doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(), **fields})
		doc.db_insert()
		return doc

	return make


def attached(doc, **fields):
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{frappe.generate_hash()}.txt",
			"content": SECRET + frappe.generate_hash(),
			"attached_to_doctype": doc.doctype,
			"attached_to_name": doc.name,
			**fields,
		}
	)
	return file.insert(ignore_permissions=True)


@pytest.mark.parametrize("doctype", sorted(OF_FEW))
def test_they_are_private(doctype, owner):
	file = attached(owner(doctype), is_private=0)
	assert (file.is_private, file.file_url[:9]) == (1, "/private/")
	comment = owner(doctype).add_comment("Comment", "See the file")
	assert attached(comment, is_private=0).is_private


@pytest.mark.parametrize("doctype", sorted(OF_FEW))
def test_another_row_does_not_open_their_content(doctype, owner, staff, as_user):
	file = attached(owner(doctype), is_private=1)
	row = {"doctype": "File", "file_url": file.file_url, "is_private": 1}
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		frappe.get_doc(row).insert()
	with as_user("Administrator"):
		assert frappe.get_doc(row).insert().get_content().startswith(SECRET)


@pytest.mark.parametrize("client", [False, True])
def test_nor_for_users_without_a_role_for_consents(client, owner, make_user, as_user):
	consent = owner("Client Consent")
	frappe.db.set_value("Lead", consent.party, "confidentiality_level", None)
	file = attached(consent, is_private=1)
	user = make_user("Customer", user_type="Website User") if client else make_user("Sales User")
	with as_user(user), pytest.raises(ClearanceMissingError):
		frappe.get_doc({"doctype": "File", "file_url": file.file_url, "is_private": 1}).insert()


def test_who_reads_a_consent_reads_its_file(owner, staff, as_user):
	file = attached(owner("Client Consent"), is_private=1)
	row = {"doctype": "File", "file_url": file.file_url, "is_private": 1}
	with as_user(staff.cleared):
		assert frappe.get_doc(row).insert(ignore_permissions=True).get_content().startswith(SECRET)


def test_those_from_before_become_private(owner, monkeypatch):
	with monkeypatch.context() as before:
		before.setattr(private_files, "is_confidential", lambda doc: False)
		before.setattr("client_comms.enforcement.doctypes.file.is_confidential", lambda doc: False)
		file = attached(owner("Client Consent"), is_private=0)
	assert not file.is_private
	# Not moved on the disk, because Frappe cannot take that back together with the upload.
	made_private = []
	monkeypatch.setattr(File, "save", lambda self, **_options: made_private.append(self.name))
	private_files.make_private_of_few()
	assert file.name in made_private


def test_the_leak_check_finds_rows_that_opened_one_before(owner):
	file = attached(owner("Client Consent"), is_private=1)
	assert file.name not in str(existing_exposures.of_user("Guest"))
	second = frappe.get_doc({"doctype": "File", "file_url": file.file_url, "is_private": 1}).insert()
	assert f"File {second.name}: the content of Client Consent" in str(existing_exposures.of_user("Guest"))
