"""What a user who is disabled leaves behind, and no rule gives to someone else: their clients, paper files, substitutions and to-dos (F-2, D-6).

Interactions are reassigned (`intake/reassignment`), reviews too (`reviews`). Users who did anything are disabled, not deleted: what they did
names them.
"""

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.utils import get_fullname

from client_comms import alerts, clock, compat
from client_comms.enforcement import policy
from client_comms.i18n import bold
from client_comms.people import absences, merged_users, reviews, trainings

_FILE, _PLACE, _TODO = "Physical File", "Physical Location", "ToDo"
_FOLLOWED = (
	reviews.REVIEW,
	"Feedback Review",
	"Contact",
)  # what the app makes to-dos about, besides interactions


@dataclass(frozen=True, slots=True)
class Left:
	"""`number` records of a DocType with a user in `field`."""

	doctype: str
	field: str
	number: int

	def in_words(self) -> str:
		"""Such as "Customer: Account Manager (6)"."""
		label = _(frappe.get_meta(self.doctype).get_label(self.field))
		return _("{0}: {1} ({2})").format(_(self.doctype), label, self.number)


def follow(doc, method=None) -> None:
	"""`on_update` of User: who disables one, and the manager role, hear what must be given to others by hand."""
	before = doc.get_doc_before_save()
	if not before or doc.enabled or not before.enabled:
		return
	if not (left := left_by(doc.name)):
		return
	frappe.msgprint(_sentence(doc.name, left, bold), title=_("Still Named in Documents"), indicator="orange")
	first = left[0]
	alerts.tell(
		alerts.managers() - {doc.name},
		lambda: _sentence(doc.name, left),
		doc.doctype,
		doc.name,
		compat.desk_path(f"{frappe.scrub(first.doctype).replace('_', '-')}?{first.field}={doc.name}"),
	)


def forget(doc, method=None) -> None:
	"""`on_trash` of User: what the app owes to their roles, and what was set for them, goes with a user who did nothing yet, such as one made
	by mistake. Frappe then looks for what else names them; if there is anything, nothing of this has happened."""
	trainings.assign(doc.name, [])
	for doctype in merged_users.SETTINGS:
		for name in frappe.get_all(doctype, {"user": doc.name}, pluck="name"):
			frappe.delete_doc(doctype, name, force=True, ignore_permissions=True)


def _sentence(user: str, left: list[Left], emphasised=str) -> str:
	return _("{0} is disabled and still named in these documents. Enter others: {1}").format(
		emphasised(get_fullname(user)), emphasised("; ".join(each.in_words() for each in left))
	)


def left_by(user: str) -> list[Left]:
	"""What names a user who cannot do it any more."""
	kinds = [
		*((doctype, field, {}) for doctype, field in policy.ACCOUNT_MANAGER_FIELD.items()),
		(_FILE, "custodian", {"state": ("!=", "Destroyed")}),
		(_PLACE, "responsible", {"disabled": 0}),
		(absences.ABSENCE, "substitute", {"to_date": (">=", clock.now().date())}),
		(_TODO, "allocated_to", {"status": "Open", "reference_type": ("in", _FOLLOWED)}),
	]
	found = [
		Left(doctype, field, frappe.db.count(doctype, {field: user, **filters}))
		for doctype, field, filters in kinds
	]
	return [each for each in found if each.number]
