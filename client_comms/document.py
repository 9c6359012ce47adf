"""The base of this app's documents, and what their fields can hold."""

import math
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial

import frappe
from frappe import _
from frappe.model.document import Document as FrappeDocument
from frappe.model.naming import set_new_name
from frappe.model.utils import is_virtual_doctype
from frappe.utils import cint, cstr, format_date, get_datetime, getdate, now
from frappe.utils.html_utils import is_json, sanitize_html

from client_comms import clock, printed, transactions, validation
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold, refuse
from client_comms.rules import storable_text

_LARGEST = 2**31 - 1  # of the column of a whole number
_SHOWN_AS_HTML = {"Data", "Small Text", "Text", "Long Text", "Text Editor"}
# Other days are typos, or stand for "never" and "for ever", with which deadlines cannot be counted.
_FIRST_DAY, _LAST_DAY = date(1950, 1, 1), date(2199, 12, 31)
_REPEATED = 60  # characters of a wrong value that a message repeats


class Document(FrappeDocument):
	"""A document whose values can be stored: what cannot is refused first, with a message that names the field.

	Frappe looks at most of it after the document's own checks, which would fail on it without a message.
	"""

	def insert(self, *args, **kwargs):
		"""
		:raises frappe.ValidationError: a value cannot be stored in its field
		"""
		require_storable(self)
		_require_known_series(self)
		_require_possible_status(self)
		return super().insert(*args, **kwargs)

	def _save(self, *args, **kwargs):
		"""
		:raises frappe.ValidationError: a value cannot be stored in its field
		"""
		require_storable(self)
		_require_possible_status(self)
		if transactions.is_request() and not self.is_new() and not self.meta.issingle:
			transactions.lock(self.doctype, self.name)
		return super()._save(*args, **kwargs)

	def save_by_app(self, *, ignore_permissions: bool = True) -> None:
		"""Save a change that the app makes itself, such as an event: users cannot make it by saving."""
		self.flags.by_the_app = True
		try:
			self.save(ignore_permissions=ignore_permissions)
		finally:
			self.flags.by_the_app = False

	def before_print(self, *args):
		printed.prepare(self)

	def as_dict(self, *args, **kwargs):
		values = super().as_dict(*args, **kwargs)
		return printed.for_letterhead(values) if self.flags.is_printed else values

	def before_discard(self):
		"""Version 16 lets users who can write a document discard it without the checks of a save, and then refuses every change.

		:raises frappe.ValidationError: it is not a draft
		"""
		if not _is_submittable(self.doctype):
			frappe.throw(
				_("{0} cannot be discarded, because it is not a draft.").format(bold(self.name)),
				title=_("Cannot Be Discarded"),
			)


def name_by_user(doc) -> None:
	"""`autoname` of a document of which each user has one: it is called like the user, unless someone who was renamed has theirs under this name.

	Named by its field, each change would give it back to the former name of a renamed user.
	"""
	taken = frappe.db.exists(doc.doctype, {"name": doc.user, "user": ("!=", doc.user)})
	doc.name = frappe.generate_hash(length=10) if taken else doc.user


def load_locked(doctype: str, names: Collection[str]) -> list[FrappeDocument]:
	"""`frappe.get_doc(…, for_update=True)` of several documents, with one query for each of their tables.

	:returns: those of `names` that exist, in this order
	"""
	found = {row.name: row for row in _locked_rows(doctype, "name", names, order="name")}
	for field in frappe.get_meta(doctype).get_table_fields():
		for row in found.values():
			row[field.fieldname] = []
		if is_virtual_doctype(field.options):
			continue
		for row in _locked_rows(field.options, "parent", names, order="idx"):
			if (row.parenttype, row.parentfield) == (doctype, field.fieldname):
				found[row.parent][field.fieldname].append(row)
	return [frappe.get_doc({"doctype": doctype, **found[name]}) for name in names if name in found]


def _locked_rows(doctype: str, column: str, names: Collection[str], order: str) -> list[frappe._dict]:
	# nosemgrep: frappe-sql-format-injection (a DocType and columns; values are bound)
	return frappe.db.sql(
		f"select * from `tab{doctype}` where `{column}` in %(names)s order by `{order}` for update",
		{"names": tuple(names)},
		as_dict=True,
	)


def insert_together(documents: Sequence[FrappeDocument]) -> None:
	"""`db_insert` for new documents of one DocType, in one statement; like it, it calls no hooks.

	Frappe's own `bulk_insert` takes as long as one after the other.
	"""
	if not documents:
		return
	rows = []
	for each in documents:
		if not each.name:
			set_new_name(each)
		each.creation = each.modified = now()
		each.owner = each.modified_by = frappe.session.user
		rows.append(each.get_valid_dict(convert_dates_to_str=True, ignore_virtual=True))
	columns = ", ".join(f"`{column}`" for column in rows[0])
	# nosemgrep: frappe-sql-format-injection (names of columns; values are bound)
	frappe.db.sql(
		f"insert into `tab{documents[0].doctype}` ({columns}) values {', '.join(['%s'] * len(rows))}",
		[tuple(row.values()) for row in rows],
	)
	for each in documents:
		each.set("__islocal", False)


class Row(FrappeDocument):
	"""A row of one of this app's documents: it is as confidential as its document, and changes only with it.

	Frappe lets a row be made, saved and deleted by its own name (API, imports, scripts): it asks about the DocType of the document
	alone, and the document neither checks the change nor keeps a trace of it. When a document is saved, Frappe does not call
	`validate` of its rows; so these methods are called only when the document is passed by (D-2, P-3, T-4).
	"""

	def has_permission(self, permtype="read", *args, **kwargs) -> bool:
		if not (self.parenttype and self.parent and frappe.db.exists(self.parenttype, self.parent)):
			return False
		return frappe.get_doc(self.parenttype, self.parent).has_permission(permtype, *args, **kwargs)

	def before_print(self, *args):
		"""
		:raises ClearanceMissingError: the session user cannot print the document
		"""
		if not self.has_permission("print"):
			frappe.throw(
				_("You have no clearance to print this record.") + " " + _("Ask a colleague who has it."),
				exc=ClearanceMissingError,
				title=_("Clearance Missing"),
			)

	def validate(self):
		self.refuse()

	def on_trash(self):
		self.refuse()

	def db_update(self, *args, **kwargs):
		"""A document that is saved can contain a row by the name that it has in another one, which Frappe would take over.

		:raises frappe.PermissionError: it does
		"""
		if self._comes_from_another_document():
			frappe.throw(
				_("Row {0} belongs to another document. Remove it here and add a new row instead.").format(
					self.idx
				),
				exc=frappe.PermissionError,
				title=_("Row Belongs to a Document"),
			)
		return super().db_update(*args, **kwargs)

	def _comes_from_another_document(self) -> bool:
		document = self.parent_doc
		if self.is_new() or (document and document.flags.ignore_permissions):
			return False
		before = document and document.get_doc_before_save()
		if before and any(row.name == self.name for row in before.get(self.parentfield) or ()):
			return False
		here = {"name": self.name, "parent": ("!=", self.parent)}
		return bool(frappe.db.exists(self.doctype, here))

	def refuse(self):
		"""
		:raises frappe.ValidationError: always
		"""
		frappe.throw(
			_("This row cannot be changed on its own. Open {0} {1} and change the row there.").format(
				_(self.parenttype or "DocType"), bold(self.parent)
			),
			title=_("Row Belongs to a Document"),
		)


def clean_texts(doc, *fields: str) -> None:
	"""Clean what Frappe stores as it is, although its lists and forms show it as HTML: texts that are JSON."""
	for field in fields:
		value = doc.get(field)
		if isinstance(value, str) and "<" in value and is_json(value):
			doc.set(field, sanitize_html(value, always_sanitize=True))


def clean_shown(doc, method=None) -> None:
	"""`before_validate` of what clients write or are named in, which forms, lists and timelines show as HTML."""
	shown = (df for df in doc.meta.fields if df.fieldtype in _SHOWN_AS_HTML and not df.ignore_xss_filter)
	clean_texts(doc, *(df.fieldname for df in shown))


def require_storable(doc) -> None:
	"""Refuse values of a document and its rows that do not fit their fields: objects, broken texts, numbers and days that are none.

	Numbers sent as text, and texts sent as numbers, are converted, so that the document's own checks can rely on them.

	:raises frappe.ValidationError: the message names the field, and what to enter
	"""
	for each in (doc, *doc.get_all_children()):
		values = vars(each)
		for df in each.meta.fields:
			if (value := values.get(df.fieldname)) not in (None, "") and (check := _CHECKS.get(df.fieldtype)):
				check(each, df.fieldname, value)


def _require_known_series(doc) -> None:
	"""A name comes from one of the DocType's series: Frappe would take any, also one that shows a field in the name."""
	series, field = doc.get("naming_series"), doc.meta.get_field("naming_series")
	known = [each for each in (field.options or "").split("\n") if each] if field else []
	if series and known and series not in known:
		_refuse(doc, "naming_series", series, _("{0}: {1} does not exist. Choose {2}."), ", ".join(known))


def _require_possible_status(doc) -> None:
	"""Refuse to submit or cancel what counts as soon as it is saved: Frappe checks no change of a submitted document, and lets
	administrators make a DocType submittable."""
	if cint(doc.docstatus) and not _is_submittable(doc.doctype):
		frappe.throw(
			_("{0} can be neither submitted nor cancelled. Save it as it is.").format(bold(_(doc.doctype))),
			title=_("Cannot Be Submitted"),
		)


def _is_submittable(doctype: str) -> bool:
	"""As shipped, whatever *Customize Form* says."""
	return bool(frappe.db.get_value("DocType", doctype, "is_submittable", cache=True))


def _text(doc, field: str, value, longest: int | None = None) -> None:
	if not isinstance(value, str):
		_require_single(doc, field, value)
		doc.set(field, cstr(value))
	elif storable_text.fault(field, value, longest):  # the label is only looked up for the message
		wrong = storable_text.fault(validation.place(doc, field), value, longest)
		refuse(wrong, title=_("Text Cannot Be Stored"))


_limited_text = partial(_text, longest=storable_text.LONGEST)


def _number(doc, field: str, value) -> None:
	if isinstance(value, int | float | Decimal) and math.isfinite(value):
		return
	_require_single(doc, field, value)
	try:
		number = float(value)
	except ValueError:
		number = math.nan
	if not math.isfinite(number):
		_refuse(doc, field, value, _("{0}: {1} is not a number. Enter one, such as {2}."), "10")
	doc.set(field, number)


def _whole_number(doc, field: str, value) -> None:
	_number(doc, field, value)
	number = int(doc.get(field))
	if abs(number) > _LARGEST:
		_refuse(doc, field, value, _("{0}: {1} is too large. Enter a number up to {2}."), str(_LARGEST))
	doc.set(field, number)


def _date(doc, field: str, value) -> None:
	if not _is_read(getdate, doc, field, value):
		_refuse(doc, field, value, _("{0}: {1} is not a date. Enter it like {2}."), "2026-12-31")
	_possible_day(doc, field, value)
	doc.set(field, _day(value))  # the database does not take all that is read, such as a time as well


def _moment(doc, field: str, value) -> None:
	if not _is_read(get_datetime, doc, field, value):
		_refuse(
			doc, field, value, _("{0}: {1} is not a date and time. Enter it like {2}."), "2026-12-31 09:30"
		)
	_possible_day(doc, field, value)
	if not clock.is_day(value):  # what a day alone means, the document knows
		moment = get_datetime(value)
		doc.set(field, clock.parse(moment) if moment.tzinfo else moment)


def _possible_day(doc, field: str, value) -> None:
	"""What is stored already can stay, so that the rest of an old document can be changed."""
	if _FIRST_DAY <= (day := _day(value)) <= _LAST_DAY:
		return
	stored = None if doc.is_new() else frappe.db.get_value(doc.doctype, doc.name, field)
	if not (stored and _day(stored) == day):
		limits = (format_date(limit) for limit in (_FIRST_DAY, _LAST_DAY))
		_refuse(doc, field, value, _("{0}: {1} cannot be right. Enter a day from {2} to {3}."), *limits)


def _day(value) -> date:
	return value.date() if isinstance(value, datetime) else getdate(value)


def _time(doc, field: str, value) -> None:
	if not isinstance(value, time | timedelta):
		_text(doc, field, value)
		validation.require_times(doc, field)


def _is_read(read: Callable, doc, field: str, value) -> bool:
	if isinstance(value, date):
		return True
	_require_single(doc, field, value)
	if not clock.begins_with_day(value):  # Frappe would read more than the database takes, such as -1
		return False
	try:
		return read(cstr(value)) is not None
	except frappe.ValidationError:
		frappe.clear_last_message()
	except (ValueError, OverflowError):
		pass
	return False


def _require_single(doc, field: str, value) -> None:
	if isinstance(value, dict | list | tuple | set):
		_refuse(doc, field, value, _("{0} must be a single value. Send text, not a list or an object."))


def _refuse(doc, field: str, value, message: str, *more: str):
	shown = cstr(value).encode(errors="replace").decode()  # the answer must be sent
	shown = shown if len(shown) <= _REPEATED else f"{shown[:_REPEATED]}…"
	frappe.throw(
		message.format(bold(validation.place(doc, field)), bold(shown), *more),
		title=_("Value Not Possible"),
	)


_CHECKS = {
	**dict.fromkeys(
		(
			"Data",
			"Link",
			"Dynamic Link",
			"Select",
			"Read Only",
			"Password",
			"Color",
			"Code",
			"Long Text",
			"Text Editor",
			"HTML Editor",
			"Markdown Editor",
		),
		_text,
	),
	**dict.fromkeys(("Small Text", "Text", "Attach", "Attach Image"), _limited_text),
	**dict.fromkeys(("Int", "Check"), _whole_number),
	**dict.fromkeys(("Float", "Currency", "Percent", "Rating", "Duration"), _number),
	"Date": _date,
	"Datetime": _moment,
	"Time": _time,
}
