"""Fields of new documents that have a meaning when empty, but that Frappe would fill in.

Frappe puts the time it is into every empty Time field (version 15), and into links whatever is the default of the user or the site
under the name of the field: the company, the country, the language. So a preference without a language, which follows the
client's own record, would be for the site's language for good.
"""

from datetime import time, timedelta

from frappe.core.doctype.user_permission.user_permission import get_user_permissions


class LeavesEmpty:
	"""Mixin for controllers: what a new document leaves empty of `LEFT_EMPTY` stays so.

	A user whose User Permissions allow only one company still gets that company.
	"""

	LEFT_EMPTY: tuple[str, ...] = ()

	def update_if_missing(self, d):
		restricted = get_user_permissions()
		self.dont_update_if_missing = [
			field for field in self.LEFT_EMPTY if self.meta.get_field(field).options not in restricted
		]
		super().update_if_missing(d)


def typed_time(value: str | time | timedelta | None) -> str | None:
	"""A time of day that was entered; None for an empty one, and for the current time that Frappe filled in, with microseconds."""
	text = str(value or "")
	return text if text and "." not in text else None
