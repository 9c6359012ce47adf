"""Fields of new documents that Frappe would fill in by itself, and that say something when they are left empty.

Frappe puts the time it is into every empty Time field (version 15), and into links whatever is the default of the user or the site
under the name of the field: the company, the country, the language. So a preference without a language, which follows the
client's own record, would be for the site's language for good.
"""

from datetime import time, timedelta

from frappe.core.doctype.user_permission.user_permission import get_user_permissions


class LeavesEmpty:
	"""Mixin for controllers: what a new document leaves empty of `LEFT_EMPTY` stays so.

	A user who may use one company only, by a User Permission, still gets that one.
	"""

	LEFT_EMPTY: tuple[str, ...] = ()

	def update_if_missing(self, d):
		restricted = get_user_permissions()
		self.dont_update_if_missing = [
			field for field in self.LEFT_EMPTY if self.meta.get_field(field).options not in restricted
		]
		super().update_if_missing(d)


def typed_time(value: str | time | timedelta | None) -> str | None:
	"""A time of day that somebody meant; None for an empty one, and for the moment that Frappe has put there: to the microsecond."""
	text = str(value or "")
	return text if text and "." not in text else None
