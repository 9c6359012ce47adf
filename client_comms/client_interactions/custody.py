"""Paper files: search by label, reminders for late ones, and yearly inventories (D-6)."""

from collections.abc import Callable, Iterator

import frappe
from frappe import _
from frappe.utils import formatdate, getdate

from client_comms import alerts, clock
from client_comms.client_interactions.doctype.physical_file import physical_file
from client_comms.i18n import bold
from client_comms.rules import reminders

FILE = "Physical File"
LOCATION = "Physical Location"
_ROWS = "Physical File Interaction"
EVERY_DAYS = 7  # between two reminders about the same file


def by_label(code: str):
	"""The file with a label, if the session user can read it.

	:raises frappe.DoesNotExistError: the label does not exist or the user cannot see its file; the message is the same
	"""
	name = frappe.db.get_value(FILE, {"label_code": (code or "").strip()})
	doc = name and frappe.get_doc(FILE, name)
	if not doc or not doc.has_permission("read"):
		frappe.clear_messages()
		frappe.throw(
			_(
				"No file with the label {0} was found that you can see. Scan the label again, or ask the person who keeps the files."
			).format(bold(code or "")),
			exc=frappe.DoesNotExistError,
			title=_("Label Not Found"),
		)
	return doc


def remind() -> None:
	"""Daily: remind custodians of overdue files, weekly, together with the manager role; the same for inventories. Of files of users who
	left, the manager role alone hears, whether they are overdue or not."""
	_remind_of_files()
	_remind_of_inventories()


def _remind_of_files() -> None:
	today = getdate(clock.now())
	out = frappe.get_all(
		FILE,
		{"state": physical_file.CHECKED_OUT},
		["name", "label_code", "custodian", "due_back", "last_reminded_on"],
		order_by="due_back asc, name asc",
	)
	there, managers = {*alerts.enabled({row.custodian for row in out})}, alerts.managers()
	for row in out:
		if row.last_reminded_on and (today - row.last_reminded_on).days < EVERY_DAYS:
			continue
		if row.custodian and row.custodian not in there:
			_remind_of(row, managers, _left_with)
		elif row.due_back and row.due_back < today:
			_remind_of(row, {row.custodian} | managers, _was_due)


def _remind_of(row, users: set[str], said: Callable[[frappe._dict], str]) -> None:
	alerts.remind(_readers(row.name, users), lambda: said(row), FILE, row.name)


def _was_due(row) -> str:
	return _("The file {0} was due back on {1}").format(row.label_code, formatdate(row.due_back))


def _left_with(row) -> str:
	return _("{0} is disabled and still has the file {1}: get it back and check it in").format(
		frappe.utils.get_fullname(row.custodian), row.label_code
	)


def _readers(file: str, users: set[str | None]) -> Iterator[str]:
	doc = frappe.get_doc(FILE, file)
	for user in users:
		if user and frappe.has_permission(FILE, "read", doc=doc, user=user):
			yield user


def _remind_of_inventories() -> None:
	today = getdate(clock.now())
	for row in frappe.get_all(
		LOCATION,
		[["disabled", "=", 0], ["next_inventory_on", "is", "set"], ["next_inventory_on", "<=", today]],
		["name", "responsible", "next_inventory_on", "last_reminded_on"],
		order_by="name asc",
	):
		due, last = row.next_inventory_on, row.last_reminded_on
		if reminders.due(today, due, last, at=reminders.ON_THE_DAY) is None:
			continue
		users = set(alerts.enabled([row.responsible])) or alerts.managers()
		alerts.remind(
			users,
			lambda row=row: _("The yearly inventory of {0} was due on {1}").format(
				row.name, formatdate(row.next_inventory_on)
			),
			LOCATION,
			row.name,
		)


def follow_interaction(doc, method=None) -> None:
	"""`on_update` of Client Interaction: paper files that are its evidence belong to it, and follow if its level was
	raised or lowered."""
	before = doc.get_doc_before_save()
	known = {row.physical_file for row in before.evidence} if before else set()
	for name in {row.physical_file for row in doc.evidence if row.physical_file} - known:
		_file_under(name, doc)
	if before is None or before.confidentiality_level == doc.confidentiality_level:
		return
	for name in frappe.get_all(_ROWS, {"interaction": doc.name, "parenttype": FILE}, pluck="parent"):
		file = frappe.get_doc(FILE, name)
		file.set_level()
		file.db_set(
			{
				"confidentiality_level": file.confidentiality_level,
				"own_level_decides": file.own_level_decides,
			},
			update_modified=False,
		)


def _file_under(name: str, interaction) -> None:
	"""A file is as confidential as what it is evidence of; only who can write the file can make it evidence."""
	file = frappe.get_doc(FILE, name)
	if interaction.name in {row.interaction for row in file.interactions}:
		return
	file.append("interactions", {"interaction": interaction.name})
	file.save(ignore_permissions=interaction.flags.ignore_permissions)
