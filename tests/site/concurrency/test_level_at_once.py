"""While one user raises a level, another one shares the document, makes something of it or changes its level: what was decided last holds (D-5, P-2)."""

import frappe
import pytest

pytestmark = [pytest.mark.committed, pytest.mark.clause("D-5", "P-2")]

REQUEST = "frappe.local.request = frappe._dict(method='POST', path='/api/method/x'); "
RAISE = REQUEST + "api.change_level({0.doctype!r}, {0.name!r}, 'Sensitive', 'It is a complaint.')"
COMMIT = "; frappe.db.commit()"
SETTINGS = "Client Comms Settings"
GOVERNED = ("govern_issues", "govern_leads", "govern_opportunities")


@pytest.fixture
def uncleared(make_user):
	return make_user("Frontline Staff", "Support Team", "Sales User", "Sales Manager")


@pytest.fixture
def sessions(sessions):
	for each in sessions:
		each.set_isolation("off")  # as MariaDB before 11.6, which refuses no lock
	return sessions


@pytest.fixture(params=["Issue", "Lead"])
def document(request, uncleared):
	"""A document at a level that everyone with a role can read; it is removed in the end."""
	before = {field: frappe.db.get_single_value(SETTINGS, field) for field in GOVERNED}
	frappe.db.set_single_value(SETTINGS, dict.fromkeys(GOVERNED, 1))
	company = frappe.db.get_value("Company", {})
	values = {"subject": "Roof", "lead_name": "Anna", "company": company}
	doc = frappe.get_doc({"doctype": request.param, **values}).insert()
	doc.db_set("confidentiality_level", "Standard")
	frappe.db.set_single_value(SETTINGS, before)
	frappe.db.set_single_value(SETTINGS, dict.fromkeys(GOVERNED, 1))
	frappe.db.commit()
	yield doc
	frappe.db.rollback()
	frappe.set_user("Administrator")
	made = frappe.get_all("Opportunity", {"party_name": doc.name}, pluck="name")
	about = {"reference_name": ("in", [doc.name, *made])}
	for name in frappe.get_all("Client Interaction", about, pluck="name"):
		frappe.delete_doc("Client Interaction", name, force=True)
	for name in made:
		frappe.delete_doc("Opportunity", name, force=True)
	frappe.db.delete("DocShare", {"share_name": doc.name})
	frappe.delete_doc(doc.doctype, doc.name, force=True)
	frappe.db.set_single_value(SETTINGS, before)
	frappe.db.commit()


def is_open(doc, user) -> bool:
	frappe.db.rollback()
	return frappe.has_permission(doc.doctype, "read", doc=doc.name, user=user)


def test_a_share_that_is_not_stored_yet(document, sessions, uncleared):
	one, two = sessions
	one.see()
	share = f"frappe.share.add({document.doctype!r}, {document.name!r}, {uncleared!r}, read=1)"
	two.do(f"import frappe.share; {REQUEST}{share}.name")
	one.start(RAISE.format(document) + COMMIT)
	if one.is_waiting():
		two.do("frappe.db.commit()")
		one.result()
	else:
		one.result()
		two.do("frappe.db.commit()")
	assert not is_open(document, uncleared)


def test_a_share_of_who_does_not_see_yet_that_it_was_raised(document, sessions, uncleared):
	one, two = sessions
	two.see()
	one.do(RAISE.format(document) + COMMIT)
	share = f"frappe.share.add({document.doctype!r}, {document.name!r}, {uncleared!r}, read=1)"
	with pytest.raises(Exception, match=r"cannot read|Try again"):
		two.do(f"import frappe.share; {REQUEST}{share}.name")
	two.do("frappe.db.commit()")
	assert not is_open(document, uncleared)


def test_a_lower_level_of_who_does_not_see_yet_that_it_was_raised(document, sessions, uncleared):
	one, two = sessions
	two.begin(uncleared)
	two.set_isolation("off")
	two.see()
	one.do(RAISE.format(document) + COMMIT)
	lower = f"api.change_level({document.doctype!r}, {document.name!r}, 'Confidential', 'x')"
	with pytest.raises(Exception, match=r"PermissionError|Clearance"):
		two.do(REQUEST + lower)
	two.do("frappe.db.commit()")
	frappe.db.rollback()
	assert frappe.db.get_value(document.doctype, document.name, "confidentiality_level") == "Sensitive"


@pytest.mark.parametrize("document", ["Lead"], indirect=True)
@pytest.mark.parametrize("stored", [False, True])
def test_an_opportunity_that_is_made_of_a_lead(document, sessions, uncleared, stored):
	one, two = sessions
	(two if stored else one).see()
	values = {"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": document.name}
	values["company"] = document.company
	make = f"{REQUEST}frappe.get_doc({values!r}).insert(ignore_permissions=True).name"
	if stored:
		one.do(RAISE.format(document) + COMMIT)
		made = two.do(make)
	else:
		made = two.do(make)
		one.start(RAISE.format(document) + COMMIT)
	two.do("frappe.db.commit()")
	if not stored:
		one.result()
	frappe.db.rollback()
	assert frappe.db.get_value("Opportunity", made, "confidentiality_level") == "Sensitive"
