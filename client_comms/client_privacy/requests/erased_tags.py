"""Tags that staff named after an erased client (P-2): they go with the client, and records lose them. A tag that is only changed would be
one that does not exist, with which Frappe adds no further tag to a record."""

import frappe

from client_comms.client_privacy.requests.erased_texts import Kept, Sought
from client_comms.enforcement import legal_holds

_TAG, _LINK = "Tag", "Tag Link"


def forget(sought: Sought, kept: Kept) -> None:
	"""Repeatable. Records that stay as they are keep the tag, which is then among what is named after the client."""
	for name in frappe.get_all(_TAG, pluck="name", order_by=None):
		if not sought.occurs_in(name):
			continue
		if not _kept_with(name, kept):
			frappe.db.delete(_TAG, {"name": name})
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a tag is done; an interrupted run begins again)


def _kept_with(tag: str, kept: Kept) -> bool:
	"""Takes the tag from all records that do not keep it; whether any does."""
	links = frappe.get_all(_LINK, {"tag": tag}, ["name", "document_type", "document_name"], order_by=None)
	gone = []
	for doctype in {link.document_type for link in links}:
		of_kind = [link for link in links if link.document_type == doctype]
		held = legal_holds.of_each(doctype, [link.document_name for link in of_kind])
		gone += [
			link.name
			for link in of_kind
			if link.document_name not in held and not kept.covers(doctype, {"name": link.document_name})
		]
	frappe.db.delete(_LINK, {"name": ("in", [*gone, ""])})
	return len(gone) < len(links)
