"""Every DocType whose documents belong to clients is locked on each way of writing (P-2)."""

import frappe
import pytest

from client_comms.enforcement import registry, restrictions
from client_comms.exceptions import RestrictedError

pytestmark = pytest.mark.clause("P-2")

WAYS = {
	"before_validate": (*registry.LOCKED, *registry.LOCKED_ROWS),
	"before_rename": registry.LOCKED,
	# With single fields, Frappe notes how a message was delivered.
	"before_change": sorted({*registry.LOCKED, *registry.LOCKED_ROWS} - {"Communication"}),
}
MERGED = ("Old Name", "New Name", True)


@pytest.fixture
def everything_is_restricted(monkeypatch):
	"""Which documents a restriction covers is another question: test_restrictions.py."""

	def refuse(*about):
		raise RestrictedError

	monkeypatch.setattr(restrictions, "active", lambda: {("Customer", "Anna"): "a restriction"})
	monkeypatch.setattr(restrictions, "of_document", lambda doc: "a restriction")
	monkeypatch.setattr(restrictions, "_require_exemption", refuse)


@pytest.mark.parametrize(
	("event", "doctype"), [(event, doctype) for event, doctypes in WAYS.items() for doctype in doctypes]
)
def test_it_is_locked_before_anything_else_happens(
	event, doctype, make_user, as_user, everything_is_restricted
):
	doc = frappe.new_doc(doctype)
	doc.update(
		{"comment_type": "Comment", "__islocal": None}
	)  # what arrives is logged, as are Frappe's notes
	first = frappe.get_doc_hooks()[doctype][event][0]
	with as_user(make_user("Sales User")), pytest.raises(RestrictedError):
		frappe.get_attr(first)(doc, event, *(MERGED if event == "before_rename" else ()))


@pytest.mark.parametrize("doctype", registry.FORMS_OF_CLIENTS)
def test_its_form_says_so(doctype, monkeypatch):
	monkeypatch.setattr(restrictions, "shown", lambda *record: "restricted since Monday")
	doc = frappe.new_doc(doctype)
	(show,) = (each for each in frappe.get_doc_hooks()[doctype]["onload"] if "restrictions" in each)
	frappe.get_attr(show)(doc, "onload")
	assert doc.get_onload("restriction") == "restricted since Monday"
