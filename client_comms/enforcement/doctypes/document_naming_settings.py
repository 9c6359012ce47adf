"""The preview of a naming series (P-2) shows fields of the last document of a DocType."""


class GuardedDocumentNamingSettings:
	"""Frappe's tool. Without a document that the session user can read, it shows the names of the fields."""

	def _fetch_last_doc_if_available(self):
		last = super()._fetch_last_doc_if_available()
		return last if last and last.has_permission("read") else None
