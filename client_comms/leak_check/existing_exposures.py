"""Existing exposures on the site: shares and files that violate the rule, and code that queries the database directly."""

import re
from pathlib import Path

import frappe

from client_comms.enforcement import closing, dependents, governed, guards, record_names, sharing
from client_comms.enforcement.doctypes.file import is_confidential
from client_comms.enforcement.registry import OF_CLIENTS, OF_OFFICERS
from client_comms.leak_check import lower_than_about, stored_scripts

# The channels of Notifications whose recipients are checked for clearance, or pass the gate; Slack's are not known here.
_CHECKED = ("Email", "System Notification", "SMS")
_REPORTS = ("Query Report", "Script Report")


def of_user(user: str) -> list[dict]:
	"""What opens governed records to `user` although the rule denies access: `[{"document", "close"}]`."""
	return [
		*_shares(user),
		*_help_pages(),
		*_public_files(),
		*_second_files(),
		*_passed_down_files(user),
		*_telling_names(),
	]


def takeovers() -> list[dict]:
	"""The controls of this app that another app disables: `[{"document", "close"}]`."""
	return [{"document": each.message, "close": each.remedy} for each in closing.follow()]


def to_review() -> list[dict]:
	"""What cannot be checked from outside, because it may query the database directly, or run as others, or be meant: `[{"document", "what"}]`."""
	return [
		*_reports(),
		*_scripts(),
		*_recipients(),
		*_mailboxes(),
		*_links(),
		*_copies(),
		*stored_scripts.to_review(),
		*lower_than_about.to_review(),
	]


def _shares(user: str):
	for share in frappe.get_all(
		"DocShare",
		filters={"share_doctype": ("in", sharing.held())},
		or_filters={"user": user, "everyone": 1},
		fields=["name", "share_doctype", "share_name"],
	):
		if _is_denied(share.share_doctype, share.share_name, user):
			yield {
				"document": f"DocShare {share.name}: {share.share_doctype} {share.share_name}",
				"close": "Delete the share: it was not made by Frappe's own sharing, which refuses it.",
			}


def _help_pages():
	"""ERPNext's help page shows what global search finds, without asking who reads it."""
	for row in frappe.get_all(
		"Support Search Source",
		{"parenttype": "Support Settings", "source_doctype": ("is", "set")},
		["idx", "source_doctype"],
		order_by="idx asc",
	):
		if guards.is_held(row.source_doctype):
			yield {
				"document": f"Support Settings, row {row.idx}: {row.source_doctype}",
				"close": "The help page would show confidential documents to everyone: remove the row.",
			}


def _telling_names():
	for doctype, document in record_names.existing():
		yield {
			"document": f"{document}: {doctype}",
			"close": "Confidential records are named by what is in them: name them by numbers.",
		}


def _confidential_files(filters: dict):
	for file in frappe.get_all(
		"File",
		{"attached_to_doctype": ("in", _with_files()), "is_folder": 0, **filters},
		["name", "file_url", "attached_to_doctype", "attached_to_name"],
	):
		if is_confidential(file):
			yield file


def _with_files() -> tuple[str, ...]:
	return (*governed.doctypes(), *OF_CLIENTS, *OF_OFFICERS)


def _public_files():
	for file in _confidential_files({"is_private": 0}):
		yield {
			"document": f"File {file.name}: {file.attached_to_doctype} {file.attached_to_name}",
			"close": "The file is public: select Is Private and save it.",
		}


def _passed_down_files(user: str):
	"""Files of records that the user cannot read, which are also attached to a governed record that they can read."""
	table, hidden = frappe.qb.DocType("File"), frappe.qb.DocType("File").as_("hidden")
	for row in (
		frappe.qb.from_(table)
		.join(hidden)
		.on((hidden.file_url == table.file_url) & (hidden.name != table.name))
		.where(hidden.attached_to_doctype.isin(governed.doctypes()))
		.where(table.attached_to_doctype.isin(governed.doctypes()))
		.select(
			table.name,
			table.attached_to_doctype.as_("doctype"),
			table.attached_to_name.as_("document"),
			hidden.attached_to_doctype,
			hidden.attached_to_name,
		)
		.distinct()
	).run(as_dict=True):
		if _is_denied(row.attached_to_doctype, row.attached_to_name, user) and not _is_denied(
			row.doctype, row.document, user
		):
			yield {
				"document": f"File {row.name}: the content of {row.attached_to_doctype} {row.attached_to_name}",
				"close": f"A user with clearance attached it to {row.doctype} {row.document}: delete this File, or raise that record.",
			}


def _is_denied(doctype: str, name: str, user: str) -> bool:
	owner_type, owner = dependents.owner_of(doctype, name)
	if owner_type not in governed.doctypes():  # one with a rule of its own, such as a consent
		return guards.objects(doctype, name, user=user)
	return governed.denies(owner_type, owner, user)


def _second_files():
	"""File rows with the address of a confidential file that do not belong to anything confidential themselves."""
	table = frappe.qb.DocType("File")
	owned = frappe.qb.DocType("File").as_("owned")
	for row in (
		frappe.qb.from_(table)
		.join(owned)
		.on((owned.file_url == table.file_url) & (owned.name != table.name))
		.where(owned.attached_to_doctype.isin(_with_files()))
		.where(table.attached_to_doctype.isnull() | table.attached_to_doctype.notin(_with_files()))
		.select(table.name, owned.attached_to_doctype, owned.attached_to_name)
		.distinct()
	).run(as_dict=True):
		if is_confidential(row):
			yield {
				"document": f"File {row.name}: the content of {row.attached_to_doctype} {row.attached_to_name}",
				"close": "The file opens content of a confidential record: delete this File.",
			}


def _reports():
	for report in frappe.get_all(
		"Report",
		{"report_type": ("in", _REPORTS), "disabled": 0},
		["name", "report_type", "is_standard", "module", "query", "report_script", "ref_doctype"],
		order_by="name asc",
	):
		text = f"{report.query or ''}\n{report.report_script or ''}"
		if report.is_standard == "Yes" and report.report_type == "Script Report":
			text += _source(report)
		if tables := _asked(text):
			yield {
				"document": f"Report {report.name}",
				"what": f"It queries {', '.join(tables)} directly. Give access only to roles with clearance for all levels, or use frappe.get_list in it.",
			}


def _source(report) -> str:
	try:
		folder = frappe.get_module_path(report.module, "report", frappe.scrub(report.name))
		return Path(folder, f"{frappe.scrub(report.name)}.py").read_text()
	except (ImportError, OSError, frappe.DoesNotExistError):
		return ""


def _asked(text: str) -> list[str]:
	"""The guarded DocTypes that a text uses as tables, or in a query that bypasses permissions."""
	text = re.sub(r"get_list\([^)]*\)", "", text)
	return [
		doctype
		for doctype in _confidential()
		if re.search(
			rf"`?tab{re.escape(doctype)}\b|(?:get_all|DocType|get_value)\(\s*[\"']{re.escape(doctype)}[\"']",
			text,
		)
	]


def _confidential() -> list[str]:
	"""The DocTypes guarded on this site; Issue, Lead and Opportunity only if they are governed."""
	ungoverned = set(governed.documents.SETTING) - set(governed.doctypes())
	return [
		doctype
		for doctype in frappe.get_hooks("permission_query_conditions", app_name="client_comms")
		if doctype not in ungoverned
	]


def _scripts():
	for script in frappe.get_all("Server Script", {"disabled": 0}, ["name", "script"], order_by="name asc"):
		if tables := _asked(script.script or ""):
			yield {
				"document": f"Server Script {script.name}",
				"what": f"It queries {', '.join(tables)} directly: frappe.get_list follows the rule, frappe.get_all does not.",
			}


def _recipients():
	for doctype, field, filters, what in (
		("Webhook", "webhook_doctype", {"enabled": 1}, "It sends records of any level to its address."),
		(
			"Notification",
			"document_type",
			{"enabled": 1, "channel": ("not in", _CHECKED)},
			"Everyone in the channel to which it writes reads records of any level.",
		),
		("Web Form", "doc_type", {"published": 1}, "It shows records outside the desk."),
	):
		for row in frappe.get_all(doctype, filters, ["name", field], order_by="name asc"):
			if row[field] in governed.doctypes():
				yield {"document": f"{doctype} {row.name}", "what": f"{row[field]}: {what}"}
	for row in frappe.get_all(
		"Auto Email Report", {"enabled": 1}, ["name", "report", "user"], order_by="name asc"
	):
		if guards.is_held(frappe.get_cached_value("Report", row.report, "ref_doctype") or ""):
			yield {
				"document": f"Auto Email Report {row.name}",
				"what": f"It emails what {row.user} can see to all its recipients.",
			}


def _mailboxes():
	"""Of which a message also becomes a document, with its text, that has no level."""
	appended = {
		*frappe.get_all("Email Account", {"enable_incoming": 1}, ["name", "append_to"], as_list=True),
		*frappe.get_all(
			"IMAP Folder", {"parenttype": "Email Account"}, ["parent", "append_to"], as_list=True
		),
	}
	for account, doctype in sorted((account, doctype) for account, doctype in appended if doctype):
		if doctype not in governed.doctypes():
			yield {
				"document": f"Email Account {account}",
				"what": f"What arrives is also in the text of a new {doctype}, for all who can read that, whatever the level of the conversation: append it to what has a level, or to nothing.",
			}


def _links():
	"""Of other documents to confidential ones: fields that an administrator has added, or of a DocType that the site has made."""
	to_confidential = {"fieldtype": "Link", "options": ("in", _confidential())}
	for doctype, owner, which in (
		("Custom Field", "dt", to_confidential),
		("DocField", "parent", {**to_confidential, "parent": ("in", _made_by_the_site())}),
	):
		for row in frappe.get_all(doctype, which, [owner, "fieldname"], order_by=f"{owner} asc, idx asc"):
			if not guards.is_held(row[owner]):
				yield {
					"document": f"{doctype} {row[owner]}.{row.fieldname}",
					"what": "Reports and scripts can return fields of the linked record (link.field). Use a Data field, or guard the DocType as well.",
				}


def _copies():
	"""Fields of such documents that are filled from a confidential one."""
	set_here = {
		*_fetching("Custom Field", {"fetch_from": ("is", "set")}, "dt", "fieldname"),
		*_fetching("Property Setter", {"property": "fetch_from"}, "doc_type", "field_name"),
		*_fetching(
			"DocField",
			{"fetch_from": ("is", "set"), "parent": ("in", _made_by_the_site())},
			"parent",
			"fieldname",
		),
	}
	for doctype, field in sorted(set_here):
		meta = guards.meta_of(doctype)
		df = meta and not guards.is_held(doctype) and meta.get_field(field)
		link = df and meta.get_field((df.fetch_from or "").partition(".")[0])
		if link and link.fieldtype == "Link" and link.options in _confidential():
			yield {
				"document": f"{doctype}.{field}",
				"what": f"It is filled from {link.options}, and shown to all who can read the document: remove Fetch From, and what is in it already.",
			}


def _fetching(source: str, which: dict, doctype: str, field: str) -> list[tuple[str, str]]:
	return frappe.get_all(source, which, [doctype, field], as_list=True, order_by=None)


def _made_by_the_site() -> list[str]:
	return frappe.get_all("DocType", {"custom": 1}, pluck="name", order_by=None)
