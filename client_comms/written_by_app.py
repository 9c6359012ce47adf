"""Documents, and fields of documents, that only the app writes: users, imports and requests cannot (P-2, R-3).

Frappe lets every user who can write a document change its read-only fields through the API. The app's own changes carry the flag
`by_the_app` (`Document.save_by_app`).
"""

from typing import NoReturn

import frappe

from client_comms.document import Document
from client_comms.exceptions import ResultIsFixedError


def keep_fields(doc: Document, *fields: str) -> None:
	"""In `validate`: fields keep what is stored, or their default in a new document, unless the app saves it."""
	if doc.flags.by_the_app:
		return
	before = doc.get_doc_before_save()
	for field in fields:
		doc.set(field, before.get(field) if before else doc.meta.get_field(field).default)


class WrittenByTheApp(Document):
	"""A document that users cannot create, change, rename or delete. A DocType of its own says why, in `refuse`."""

	def validate(self):
		if not self.flags.by_the_app:
			self.refuse()

	def before_rename(self, *args):
		self.refuse()

	def on_trash(self):
		self.refuse()

	def refuse(self) -> NoReturn:
		raise NotImplementedError


def throw_fixed(why: str, title: str) -> NoReturn:
	"""Refuse to change a result.

	:raises ResultIsFixedError: always
	"""
	frappe.throw(why, exc=ResultIsFixedError, title=title)
