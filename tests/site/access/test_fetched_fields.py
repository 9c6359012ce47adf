"""A field that is filled from a linked record shows nothing of a hidden one (P-2)."""

import inspect

import frappe
import pytest
from frappe.model.document import Document

from client_comms.enforcement import fetched_fields
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2")

SUMMARY = "The roof leaks"
PARENT, LINK, KIND, FILLED = "Driver", "transporter", "cell_number", "license_number"


def change(property_name, field, value):
	frappe.get_doc(
		{
			"doctype": "Property Setter",
			"name": f"{PARENT}-{field}-{property_name}",
			"doctype_or_field": "DocField",
			"doc_type": PARENT,
			"field_name": field,
			"property": property_name,
			"property_type": "Data",
			"value": value,
		}
	).db_insert()


@pytest.fixture(params=["Link", "Dynamic Link"])
def filled(site, request):
	"""A field of a driver names an interaction, from which another one is filled."""
	if request.param == "Link":
		change("options", LINK, "Client Interaction")
	else:
		change("fieldtype", LINK, "Dynamic Link")
		change("options", LINK, KIND)
	change("fetch_from", FILLED, f"{LINK}.summary")
	frappe.clear_cache(doctype=PARENT)
	yield
	frappe.db.rollback()
	frappe.clear_cache(doctype=PARENT)


@pytest.fixture
def users(make_user):
	return frappe._dict(
		cleared=make_user("Customer Support Manager", "HR User", "HR Manager"),
		uncleared=make_user("Frontline Staff", "HR User", "HR Manager"),
	)


def driver(interaction) -> str:
	fields = {LINK: interaction, KIND: "Client Interaction", "full_name": "Ann", "status": "Active"}
	return frappe.as_json({"doctype": PARENT, **fields})


def test_only_who_can_read_the_record_names_it(filled, log, users, request_as):
	complaint = log("Feedback/Complaint", summary=SUMMARY)
	made = request_as(users.cleared, "frappe.client.insert", doc=driver(complaint.name))
	assert made[FILLED] == SUMMARY
	with pytest.raises(ClearanceMissingError):
		request_as(users.uncleared, "frappe.client.insert", doc=driver(complaint.name))
	open_one = log(
		"Initial Inquiry", confidentiality_level="Standard", summary="Open", responsible_staff=users.uncleared
	)
	own = request_as(users.uncleared, "frappe.client.insert", doc=driver(open_one.name))
	assert own[FILLED] == "Open"
	with pytest.raises(ClearanceMissingError):
		request_as(
			users.uncleared,
			"frappe.client.set_value",
			doctype=PARENT,
			name=own["name"],
			fieldname=LINK,
			value=complaint.name,
		)


def test_a_job_of_a_user(filled, log, users, as_user, monkeypatch):
	"""A worker, in which no request has begun."""
	monkeypatch.setattr(Document, "_validate_links", inspect.unwrap(Document._validate_links))
	complaint = log("Feedback/Complaint", summary=SUMMARY)
	with as_user(users.uncleared):
		for hook in frappe.get_hooks("before_job", app_name="client_comms"):
			frappe.call(hook, method="x", kwargs={}, transaction_type="job")
		with pytest.raises(ClearanceMissingError):
			frappe.get_doc(frappe.parse_json(driver(complaint.name))).insert()


def test_what_a_document_named_before_is_left(filled, log, users, request_as):
	complaint = log("Feedback/Complaint", summary=SUMMARY)
	made = request_as(users.cleared, "frappe.client.insert", doc=driver(complaint.name))
	changed = request_as(
		users.uncleared,
		"frappe.client.set_value",
		doctype=PARENT,
		name=made["name"],
		fieldname="status",
		value="Left",
	)
	assert changed["status"] == "Left"


def test_what_a_visitor_of_a_web_form_sends(filled, log, make_user, request_as, monkeypatch):
	monkeypatch.setattr(frappe.local, "request_ip", "127.0.0.1", raising=False)
	complaint = log("Feedback/Complaint", summary=SUMMARY)
	visitor = make_user("Customer", user_type="Website User")
	form = frappe.get_doc(
		{
			"doctype": "Web Form",
			"title": "Drivers",
			"route": "drivers",
			"doc_type": PARENT,
			"module": "Website",
			"published": 1,
			"login_required": 1,
			"allow_multiple": 1,
			"web_form_fields": [
				{"fieldname": field, "fieldtype": "Data", "label": field}
				for field in ("full_name", "status", LINK, KIND)
			],
		}
	).insert()
	accept = "frappe.website.doctype.web_form.web_form.accept"
	with pytest.raises(ClearanceMissingError):
		request_as(visitor, accept, web_form=form.name, data=driver(complaint.name))
	assert request_as(visitor, accept, web_form=form.name, data=driver(None)).full_name == "Ann"


def test_a_client_names_what_is_theirs_in_a_web_form(site, held, make_user, as_user, monkeypatch):
	visitor = make_user("Customer", user_type="Website User")
	issue = held("Issue", subject="Noise", raised_by=visitor)
	monkeypatch.setitem(frappe.flags, "in_web_form", True)
	monkeypatch.setattr(fetched_fields, "_fetched_from", lambda doc: [("Issue", issue.name)])
	doc = frappe.get_doc(frappe.parse_json(driver(None)))
	doc.flags.ignore_permissions = True
	with as_user(visitor):
		fetched_fields.require_readable(doc)
	with as_user(make_user("Customer", user_type="Website User")), pytest.raises(ClearanceMissingError):
		fetched_fields.require_readable(doc)
