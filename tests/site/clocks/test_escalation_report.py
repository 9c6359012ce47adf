"""The Escalation Report that the matrix requires for complaints, generated from the record (M-1, D-5)."""

from io import BytesIO
from pathlib import Path
from unittest import mock

import frappe
import pytest
from pypdf import PdfWriter

from client_comms import api, procedure
from client_comms.client_interactions.clocks import sweep
from client_comms.enforcement import policy
from client_comms.exceptions import ClearanceMissingError, MissingDocumentationError
from client_comms.rules import response_clock as clocks

pytestmark = pytest.mark.clause("M-1", "D-5")

INTERACTION = "Client Interaction"
METHOD = procedure.ESCALATION_REPORT


@pytest.fixture
def support(make_user):
	return make_user(procedure.CUSTOMER_SUPPORT, first_name="Jana", last_name="Petersen")


@pytest.fixture
def complaint(set_calendar, set_settings, inquiry, clock_at, support):
	"""A complaint of Monday that was missed, promised, reassigned and answered."""
	set_calendar(["09:00-17:00"])
	set_settings(evidence_mode="Enforce")
	doc = inquiry(
		procedure.FEEDBACK,
		responsible_staff=support,
		subject="Noise <b>at night</b>",
		summary="The heat pump is too loud & <script>alert(1)</script>",
		action_items=[{"description": "Measure the noise", "assigned_to": support}],
	)
	with clock_at("2026-11-25 09:00"):
		sweep.run()
		doc.reload()
		doc.record(clocks.PROMISED, promised_until="2026-11-26 12:00", note="Technician comes")
	with clock_at("2026-11-26 10:00"):
		doc.record(clocks.ANSWERED, note="Silencer ordered")
	with clock_at("2026-11-27 10:00"):
		yield doc


def evidence(doc):
	doc = frappe.get_doc(INTERACTION, doc.name)
	return [row for row in doc.evidence if row.documentation_method == METHOD]


def printed(doc):
	return frappe.get_print(INTERACTION, doc.name, METHOD)


def test_the_report_tells_what_happened_and_who_knew(complaint, support):
	html = printed(complaint)
	for told in (
		"Anna Client",
		procedure.SENSITIVE,
		"Jana Petersen",
		"Met Late",  # the acknowledgement was due on Tuesday
		"Breached",
		"Technician comes",
		"Silencer ordered",
		"Measure the noise",
		"Acknowledgement overdue",  # the notification
	):
		assert told in html, told
	assert "<script>alert(1)" not in html
	assert "Noise &lt;b&gt;at night" in html


def test_generating_it_attaches_a_private_file_and_closing_is_satisfied(complaint, support, as_user):
	with as_user(support):
		with pytest.raises(MissingDocumentationError, match="choose Generate"):
			api.close(complaint.name)
		answer = api.generate_documentation(complaint.name, METHOD)
		api.close(complaint.name)
	file = frappe.get_doc("File", answer["file"])
	assert file.is_private
	assert (file.attached_to_doctype, file.attached_to_name) == (INTERACTION, complaint.name)
	assert file.file_name.startswith(f"{METHOD} {complaint.name}")
	(row,) = evidence(complaint)
	assert (row.reference_doctype, row.reference_name, row.file) == ("File", file.name, file.file_url)
	assert frappe.db.get_value(INTERACTION, complaint.name, "status") == clocks.STATUS_CLOSED


def test_without_a_program_for_pdfs_it_is_html(complaint, support, as_user):
	def no_pdf(*_args, **_kwargs):
		raise OSError("No wkhtmltopdf executable found")

	with as_user(support), mock.patch("frappe.utils.pdf.get_pdf", no_pdf):
		answer = api.generate_documentation(complaint.name, METHOD)
	file = frappe.get_doc("File", answer["file"])
	assert file.file_name.endswith(".html")
	assert "Silencer ordered" in file.get_content()


def test_with_one_it_is_a_pdf(complaint, support, as_user):
	pdf = PdfWriter()
	pdf.add_blank_page(100, 100)
	pdf.write(content := BytesIO())
	with as_user(support), mock.patch("frappe.utils.pdf.get_pdf", lambda *_a, **_k: content.getvalue()):
		answer = api.generate_documentation(complaint.name, METHOD)
	file = frappe.get_doc("File", answer["file"])
	assert file.file_name.endswith(".pdf")
	assert Path(file.get_full_path()).read_bytes() == content.getvalue()


def test_generated_again_what_was_on_file_stays(complaint, support, as_user):
	with as_user(support):
		first = api.generate_documentation(complaint.name, METHOD)
		second = api.generate_documentation(complaint.name, METHOD)
	assert [row.reference_name for row in evidence(complaint)] == [first["file"], second["file"]]


def test_the_form_offers_it_to_those_who_can_write_and_print(complaint, support, make_user, as_user):
	def offered(user):
		with as_user(user):
			doc = frappe.get_doc(INTERACTION, complaint.name)
			doc.onload()
			return doc.get("__onload").generated

	assert offered(support) == [METHOD]
	assert offered(make_user(procedure.CUSTOMER_SUPPORT_MANAGER)) == [METHOD]
	assert offered(make_user(procedure.COMPLIANCE_OFFICER)) == []  # reads and prints, does not write


def test_only_who_is_cleared_generates_it(complaint, make_user, as_user):
	for role in (procedure.FRONTLINE_STAFF, procedure.CUSTOMER_SUPPORT, procedure.COMPLIANCE_OFFICER):
		with as_user(make_user(role)), pytest.raises(frappe.PermissionError):
			api.generate_documentation(complaint.name, METHOD)
	assert not evidence(complaint)


def without_print_clearance(role):
	level = frappe.get_doc("Confidentiality Level", procedure.SENSITIVE)
	for row in level.clearances:
		if row.role == role:
			row.can_print = 0
	level.save()
	policy.clear_cache()


def test_it_asks_for_clearance_to_print(complaint, support, as_user):
	without_print_clearance(procedure.CUSTOMER_SUPPORT)
	with as_user(support):
		assert frappe.has_permission(INTERACTION, "write", doc=complaint.name)
		with pytest.raises(frappe.PermissionError):
			api.generate_documentation(complaint.name, METHOD)
	assert not evidence(complaint)


def test_so_does_the_print_view(complaint, support, as_user):
	"""Frappe prints for everyone who can read."""
	without_print_clearance(procedure.CUSTOMER_SUPPORT)
	with as_user(support), mock.patch.object(frappe.local, "request", object(), create=True):
		with pytest.raises(ClearanceMissingError):
			complaint.run_method("before_print", None)


def test_other_types_and_methods_are_not_generated(inquiry, complaint, make_user, as_user):
	frontline = make_user(procedure.FRONTLINE_STAFF)
	other = inquiry(responsible_staff=frontline)
	with as_user(frontline):
		for method in (METHOD, procedure.EMAIL_COPY, "Nothing"):
			with pytest.raises(frappe.ValidationError, match="Add the evidence by hand"):
				api.generate_documentation(other.name, method)


def test_a_method_is_generated_by_a_format_for_interactions(site):
	method = site.get_doc("Documentation Method", METHOD)
	method.print_format = site.db.get_value("Print Format", {"doc_type": ("!=", INTERACTION)})
	with pytest.raises(frappe.ValidationError, match="does not print interactions"):
		method.save()
	method.reload()
	method.evidence = "Note"
	method.save()
	assert not method.print_format
