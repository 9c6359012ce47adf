"""Two records of one client are merged although both have what there is one of for each (C-1, D-1, P-3)."""

import frappe
import pytest

from client_comms.client_privacy import consents, identity
from client_comms.clients import preferences
from client_comms.enforcement import source_doctypes
from client_comms.intake import failures
from client_comms.rules import consent as rules

pytestmark = pytest.mark.clause("C-1", "D-1", "P-3")

PURPOSE = "Sharing with a Third Party"
KEPT = (failures.FAILURE, failures.EXEMPTION)


@pytest.fixture(params=["Customer", "Lead", "Contact"])
def clients(request, make_client, adviser):
	"""(DocType, name of what goes, name of what stays, who each is to the documents of the app)"""
	if request.param == "Lead":
		leads = [
			frappe.get_doc({"doctype": "Lead", "first_name": name, "email_id": f"{name}@client.example"})
			.insert()
			.name
			for name in ("anna", "berta")
		]
		return "Lead", *leads, [{"party_type": "Lead", "party": lead} for lead in leads]
	one, other = (
		make_client("Anna Client", "anna@client.example"),
		make_client("Anna (old)", "anna@old.example"),
	)
	if request.param == "Customer":
		who = [{"party_type": "Customer", "party": each.party} for each in (one, other)]
		return "Customer", one.party, other.party, who
	frappe.db.set_value("Dynamic Link", {"parent": one.contact}, "link_name", other.party)
	who = [{"party_type": "Customer", "party": other.party, "contact": each.contact} for each in (one, other)]
	return "Contact", one.contact, other.contact, who


def test_both_records_can_have_documents_about_them(clients, answer):
	doctype, old, new, who = clients
	for event, each in zip((rules.GIVEN, rules.WITHDRAWN), who, strict=True):
		answer(each, PURPOSE, event)
		frappe.get_doc(
			{"doctype": preferences.PREFERENCE, **each, "channels": [{"channel": "Email"}]}
		).insert()
		frappe.get_doc(
			{"doctype": identity.VERIFICATION, **each, "method": "Document Seen", "result": "Confirmed"}
		).insert()
	frappe.rename_doc(doctype, old, new, merge=True, show_alert=False)
	assert not frappe.db.exists(doctype, old)
	stays = who[1]
	for about in (consents.CONSENT, preferences.PREFERENCE, identity.VERIFICATION):
		names = frappe.get_all(about, stays, pluck="name")
		assert len(names) == 2
	for name in frappe.get_all(preferences.PREFERENCE, stays, pluck="name"):
		frappe.get_doc(preferences.PREFERENCE, name).save()
	request = rules.Request(PURPOSE, "Adviser", contact=stays.get("contact"))
	assert consents.decide(stays["party_type"], stays["party"], request).rule == rules.CONSENT_WITHDRAWN


def kept(doctype, name, reason=None):
	return frappe.get_all(doctype, {"reference_name": name}, pluck=reason or "name")


@pytest.mark.parametrize("doctype", ["Issue", "Lead", "Communication"])
def test_both_may_have_failed_and_been_exempted(doctype, site):
	fields = {
		"Issue": {"subject": "Noise"},
		"Lead": {"first_name": "Anna"},
		"Communication": {"subject": "Noise", "content": "x", "communication_medium": "Event"},
	}[doctype]
	old, new, alone = (
		frappe.get_doc({"doctype": doctype, **fields}).insert(ignore_permissions=True) for _each in range(3)
	)
	for about in KEPT:
		frappe.db.delete(about, {"reference_name": ("in", [old.name, new.name, alone.name])})
		for doc, reason in ((old, "Spam"), (new, "Our own"), (alone, "A test")):
			each = frappe.get_doc(
				{"doctype": about, "reference_doctype": doctype, "reference_name": doc.name, "reason": reason}
			)
			each.set_new_name()
			each.db_insert()
	for gone in (old, alone):
		frappe.get_doc(doctype, gone.name).rename(new.name, merge=True, force=True)
	for about in KEPT:
		assert kept(about, new.name, "reason") == ["Our own\nSpam\nA test"]
		assert not kept(about, old.name) and not kept(about, alone.name)


def test_documents_of_other_apps_as_well(site):
	for doctype in source_doctypes.existing():
		assert (
			"client_comms.intake.failures.keep_single"
			in frappe.get_hooks("doc_events")[doctype]["before_rename"]
		)
