"""The number in the name of an interaction, from Frappe's naming series."""

import frappe
from frappe.model.naming import parse_naming_series


def name_of(doc) -> str | None:
	"""The next name of the document's series; None without one, or if the site names interactions by a format: that is Frappe's."""
	if not (doc.naming_series and (doc.meta.autoname or "").startswith("naming_series:")):
		return None
	return parse_naming_series(f"{doc.naming_series}.#####", doc=doc, number_generator=_next)


def _next(key: str, digits: int) -> str:
	"""What Frappe asks for and adds to in two statements; the row is locked until the transaction ends, as there."""
	((number,),) = frappe.db.sql(
		"""insert into `tabSeries` (`name`, `current`) values (%s, 1)
		on duplicate key update `current` = coalesce(`current`, 0) + 1 returning `current`""",
		key,
	)
	return f"{number:0{digits}d}"
