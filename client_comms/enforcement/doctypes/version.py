"""What a version notes of a changed link (P-2): version 16 keeps titles there, for everyone who can read the document; and of rows with
copies of fields."""

import frappe

from client_comms.enforcement import copies_in_history, guards

_CHANGES = ("added", "removed", "changed", "row_changed")


class GuardedVersion:
	"""Frappe's Version, with the names of confidential records in place of their titles, and links without what is copied of their documents."""

	def set_diff(self, old, new) -> bool:
		is_change = super().set_diff(old, new)
		return is_change and self._keep_names(old, new)

	def _keep_names(self, old, new) -> bool:
		"""Whether something is left that has changed."""
		diff = self.get_data()
		named = _name(diff["changed"], old, new)
		for table, index, _name_of_row, changes in diff["row_changed"]:
			row = new.get(table)[index]
			named |= _name(changes, _before(row, old.get(table)), row)
		if copies_in_history.leave_out_of_version(diff, new.doctype) or named:
			self.data = frappe.as_json(diff, indent=None, separators=(",", ":"))
		return any(diff.get(each) for each in _CHANGES)


def _name(changes: list, old, new) -> bool:
	"""Whether there were links to guarded documents among the changes (`[field, from, to]`), which are noted by name now."""
	links = {field.fieldname for field in new.meta.get_link_fields() if guards.is_held(field.options)}
	named = [change for change in changes if change[0] in links]
	for change in named:
		change[1:] = old and old.get(change[0]), new.get(change[0])
	return bool(named)


def _before(row, rows: list):
	"""The row that Frappe compared: of the same name, or in an amended document the one that it was copied from."""
	names = {row.name, row.get("_amended_from")} - {None}
	return next((each for each in rows if each.name in names), None)
