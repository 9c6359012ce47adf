import hashlib

import frappe
from frappe import _
from frappe.utils import cint

from client_comms import written_by_app
from client_comms.document import Document
from client_comms.i18n import bold

_BY_THE_APP = ("version", "text_hash")


class ConsentNotice(Document):
	"""The exact text that clients see before they agree; each text is stored once and never changes (P-3)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		current: DF.Check
		language: DF.Link | None
		notice_text: DF.Text
		purpose: DF.Link
		text_hash: DF.Data | None
		version: DF.Int
	# end: auto-generated types

	def before_insert(self):
		self.text_hash = hash_of(self.notice_text)
		if kept := find(self.purpose, self.language, self.notice_text):
			frappe.throw(
				_("This text already exists as {0}. Use that notice.").format(bold(kept)),
				title=_("Notice Already Exists"),
			)
		last = frappe.get_all(
			"Consent Notice",
			{"purpose": self.purpose, "language": self.language or ("is", "not set")},
			pluck="version",
			order_by="version desc",
			limit=1,
		)
		self.version = cint(last[0]) + 1 if last else 1

	def validate(self):
		"""Frappe enforces set-once fields only for the desk and API; the text is evidence, so it is enforced
		for all code."""
		if not self.is_new():
			written_by_app.keep_fields(self, *_BY_THE_APP)
		before = self.get_doc_before_save()
		if before and (before.notice_text, before.purpose, before.language) != (
			self.notice_text,
			self.purpose,
			self.language,
		):
			frappe.throw(
				_("Notices that were shown to clients cannot be changed. Create a new version."),
				title=_("Notice Cannot Be Changed"),
			)


def hash_of(text: str) -> str:
	return hashlib.sha256((text or "").strip().encode()).hexdigest()


def find(purpose: str, language: str | None, text: str) -> str | None:
	"""The notice with exactly this text."""
	filters = {"purpose": purpose, "text_hash": hash_of(text), "language": language or ("is", "not set")}
	return frappe.db.get_value("Consent Notice", filters)


def keep(purpose: str, language: str | None, text: str) -> str:
	"""The name of the notice with this text, created if necessary."""
	if name := find(purpose, language, text):
		return name
	notice = frappe.get_doc(
		{
			"doctype": "Consent Notice",
			"purpose": purpose,
			"language": language,
			"notice_text": text,
			"current": 0,
		}
	)
	return notice.insert(ignore_permissions=True).name


def in_use(purpose: str, language: str | None = None) -> str | None:
	"""The notice to show for a purpose: the latest in use in that language, otherwise in any (P-3)."""
	filters = {"purpose": purpose, "current": 1}
	for wanted in ({**filters, "language": language}, filters) if language else (filters,):
		if names := frappe.get_all("Consent Notice", wanted, pluck="name", order_by="version desc", limit=1):
			return names[0]
	return None
