"""Prints, exports, prepared reports and previews."""

from io import BytesIO

import frappe
from pypdf import PdfReader

from client_comms import compat
from client_comms.leak_check.bait import INTERACTION
from client_comms.leak_check.surfaces.surface import (
	BY_EVENT,
	BY_TOOL,
	overridden,
	shown_in_file,
	surface,
)
from client_comms.rules import access


@surface("print view", action=access.PRINT)
def print_view(visitor, bait, planted):
	return visitor.get("/printview", doctype=INTERACTION, name=bait.name)


@surface("print preview", action=access.PRINT)
def print_preview(visitor, bait, planted):
	return visitor.call("frappe.www.printview.get_html_and_style", doc=INTERACTION, name=bait.name)


@surface("print view with the key of a link", BY_EVENT, action=access.PRINT)
def print_key(visitor, bait, planted):
	return visitor.get("/printview", doctype=INTERACTION, name=bait.name, key=f"{bait.word}key").ok and (
		f"{bait.word} s"
		in visitor.get("/printview", doctype=INTERACTION, name=bait.name, key=f"{bait.word}key").text
	)


@surface("print view of a message", action=access.PRINT)
def print_message(visitor, bait, planted):
	return visitor.get("/printview", doctype="Communication", name=bait.names["Communication"])


@surface("PDF", action=access.PRINT, control=False)
def pdf(visitor, bait, planted):
	answer = visitor.get(
		"/api/method/frappe.utils.print_format.download_pdf", doctype=INTERACTION, name=bait.name
	)
	return answer.ok and answer.body.startswith(b"%PDF")


@surface("PDF of several", action=access.PRINT, control=False)
def several_pdf(visitor, bait, planted):
	answer = visitor.get(
		"/api/method/frappe.utils.print_format.download_multi_pdf",
		doctype=INTERACTION,
		name=f'["{bait.name}"]',
	)
	# Documents that cannot be printed are omitted, and the file is returned anyway.
	return answer.body.startswith(b"%PDF") and bool(PdfReader(BytesIO(answer.body)).pages)


@surface("PDF by WeasyPrint", action=access.PRINT, control=False)
def weasy_pdf(visitor, bait, planted):
	answer = visitor.get(
		"/api/method/frappe.utils.weasyprint.download_pdf",
		doctype=INTERACTION,
		name=bait.name,
		print_format="Standard",
	)
	return answer.ok and answer.body.startswith(b"%PDF")


@surface("data export", action=access.EXPORT)
def data_export(visitor, bait, planted):
	return shown_in_file(
		visitor.call(
			"frappe.core.doctype.data_export.exporter.export_data",
			doctype=INTERACTION,
			parent_doctype=INTERACTION,
			with_data=1,
			template="true",
			all_doctypes="true",
			file_type="CSV",
			filters=[[INTERACTION, "name", "=", bait.name]],
			select_columns={INTERACTION: ["name", "summary"], "Interaction Event": ["note"]},
		),
		bait,
	)


@surface("template of a data import", action=access.EXPORT)
def import_template(visitor, bait, planted):
	return shown_in_file(
		visitor.call(
			"frappe.core.doctype.data_import.data_import.download_template",
			doctype=INTERACTION,
			export_fields={INTERACTION: ["name", "summary"], "events": ["name", "note"]},
			export_records="by_filter",
			export_filters={"name": bait.name},
			file_type="CSV",
		),
		bait,
	)


@surface("report that somebody else prepared", overridden("frappe.desk.query_report.run"))
def prepared_report(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.query_report.run",
		report_name=bait.names["Report"],
		filters={"prepared_report_name": bait.names["Prepared Report"]},
	)


@surface("report that somebody else prepared, by naming them", overridden("frappe.desk.query_report.run"))
def prepared_for_another(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.query_report.run", report_name=bait.names["Report"], filters={}, user="Administrator"
	)


@surface("download of a report that somebody else prepared")
def prepared_download(visitor, bait, planted):
	return visitor.call(
		"frappe.core.doctype.prepared_report.prepared_report.download_attachment",
		dn=bait.names["Prepared Report"],
	)


@surface("download of a copy of somebody else's data")
def data_copy(visitor, bait, planted):
	made = {"attached_to_name": bait.names["Personal Data Download Request"]}
	return visitor.get("/api/method/download_file", file_url=frappe.db.get_value("File", made, "file_url"))


@surface("request for a copy of somebody else's data", BY_EVENT, control=False)
def data_request(visitor, bait, planted):
	"""Users who can create such requests in the desk get only what the other user can read as well."""
	if frappe.has_permission("Personal Data Download Request", "create", user=visitor.user):
		return False
	made = {"owner": visitor.user, "creation": (">=", frappe.utils.now())}
	visitor.call(
		"frappe.website.doctype.web_form.web_form.accept",
		web_form="request-data",
		data={"user": _somebody_else(visitor.user)},
	)
	came = frappe.db.exists("Personal Data Download Request", made)
	frappe.db.delete("Personal Data Download Request", made)
	if queued := frappe.get_all("Email Queue", made, pluck="name", order_by=None):  # it tells the other user
		frappe.db.delete("Email Queue Recipient", {"parent": ("in", queued)})
		frappe.db.delete("Email Queue", {"name": ("in", queued)})
	return bool(came)


def _somebody_else(user: str) -> str:
	"""Another user, with an email address as name if there is one: version 16 refuses to send the copy elsewhere."""
	others = {"enabled": 1, "name": ("not in", ["Administrator", "Guest", user])}
	return frappe.db.get_value("User", others, order_by="creation asc") or "Administrator"


@surface("report emailed in somebody else's name")
def auto_email_report(visitor, bait, planted):
	return shown_in_file(
		visitor.call(
			"frappe.email.doctype.auto_email_report.auto_email_report.download",
			name=bait.names["Auto Email Report"],
		),
		bait,
	)


@surface(
	"preview of a Webhook",
	BY_TOOL.format(doctype="Webhook", ours="client_comms.enforcement.doctypes.webhook.GuardedWebhook"),
)
def webhook_preview(visitor, bait, planted):
	webhook = {
		"webhook_doctype": INTERACTION,
		"request_structure": "JSON",
		"webhook_json": '"{{ doc.summary }}"',
	}
	if compat.is_version_16():
		return _preview(visitor, "Webhook", webhook, "preview_request_body", preview_document=bait.name)
	return _preview(visitor, "Webhook", {**webhook, "preview_document": bait.name}, "generate_preview")


if compat.is_version_16():

	@surface(
		"preview of a Notification",
		BY_TOOL.format(doctype="Notification", ours="client_comms.outgoing.notification.GuardedNotification"),
	)
	def notification_preview(visitor, bait, planted):
		notification = {"document_type": INTERACTION, "message": "{{ doc.summary }}"}
		return _preview(visitor, "Notification", notification, "preview_message", preview_document=bait.name)


def _preview(visitor, doctype, values, method, **arguments):
	"""What an unsaved form shows of a document."""
	return visitor.call(
		"run_doc_method",
		docs={"doctype": doctype, "name": f"new {doctype}", "__islocal": 1, **values},
		method=method,
		args=arguments,
	)
