import frappe
from frappe import _
from frappe.utils import add_years

from client_comms.client_interactions.doctype.physical_file import physical_file
from client_comms.client_interactions.doctype.physical_location.physical_location import within
from client_comms.document import Document
from client_comms.exceptions import ActionNotPossibleError
from client_comms.filters import one_of
from client_comms.i18n import bold

FILE = "Physical File"
FOUND, MISSING, ELSEWHERE, OUT, UNKNOWN, GONE = (
	"Found",
	"Missing",
	"Belongs Elsewhere",
	"Checked Out",
	"Unknown Label",
	"Recorded as Destroyed",
)


class PhysicalInventory(Document):
	"""The files found in a location and its sublocations, compared with those that belong there (D-6).

	Submitting it reports missing files, and notes that those which were missing, out or destroyed are there. Users who count see only the labels of files that they cannot read.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.client_interactions.doctype.physical_inventory_file.physical_inventory_file import (
			PhysicalInventoryFile,
		)

		amended_from: DF.Link | None
		counted_by: DF.Link
		counted_on: DF.Date
		files: DF.Table[PhysicalInventoryFile]
		location: DF.Link
		missing: DF.Int
		scanned: DF.Text | None
	# end: auto-generated types

	def validate(self):
		self.compare()

	def on_submit(self):
		"""Differences are findings: the state of a file follows what was found, and someone is asked to look for what is
		missing and to bring back what belongs elsewhere."""
		for row in self.files:
			if not row.physical_file:
				continue
			file = frappe.get_doc(FILE, row.physical_file)
			if row.result == FOUND and file.state in (physical_file.MISSING, physical_file.CHECKED_OUT):
				file.check_in(custodian=self._keeper(file))
			elif row.result == MISSING:
				if file.state == physical_file.IN_PLACE:
					file.report_missing(_("Not found in inventory {0}").format(self.name))
				self._ask(
					file,
					_("Look for the file {0}, which was not found in the inventory of {1}.").format(
						file.label_code, self.location
					),
				)
			elif row.result == GONE:
				self._note_destroyed(file)
			elif row.result == ELSEWHERE:
				if file.state == physical_file.MISSING:
					file.found_elsewhere(self._keeper(file), self._where_found())
				self._ask(
					file,
					_("Bring the file {0} back to {1}: it was found in the inventory of {2}.").format(
						file.label_code, file.location, self.location
					),
				)
		# Sublocations with a day of their own were counted as well.
		planned = frappe.get_all(
			"Physical Location",
			{"name": ("in", within(self.location)), "next_inventory_on": ("is", "set")},
			pluck="name",
		)
		frappe.db.set_value(
			"Physical Location",
			{"name": ("in", [self.location, *planned])},
			"next_inventory_on",
			add_years(self.counted_on, 1),
		)

	def before_cancel(self):
		"""Files follow what was found, and their movements are evidence: only another count puts a wrong one right."""
		frappe.throw(
			_(
				"An inventory cannot be cancelled, because the files follow what it found. Count {0} again: what is found then counts."
			).format(bold(self.location)),
			exc=ActionNotPossibleError,
			title=_("Inventory Cannot Be Cancelled"),
		)

	def compare(self):
		"""One row per file that belongs here, and per additional label that was found."""
		scanned = list(
			dict.fromkeys(line.strip() for line in (self.scanned or "").splitlines() if line.strip())
		)
		places = within(self.location)
		fields = ["name", "label_code", "location", "state"]
		expected = {
			row.label_code: row
			for row in frappe.get_all(
				FILE,
				{"location": one_of(places), "state": ("!=", physical_file.DESTROYED)},
				fields,
				order_by="label_code asc",
			)
		}
		others = [code for code in scanned if code not in expected]
		known = {row.label_code: row for row in frappe.get_all(FILE, {"label_code": one_of(others)}, fields)}
		notes = {row.label_code: row.note for row in self.files}
		rows = []
		for code, row in expected.items():
			result = FOUND if code in scanned else OUT if row.state == physical_file.CHECKED_OUT else MISSING
			rows.append({"physical_file": row.name, "label_code": code, "result": result})
		for code in others:
			row = known.get(code)
			rows.append(
				{
					"physical_file": row and row.name,
					"label_code": code,
					"result": UNKNOWN
					if not row
					else GONE
					if row.state == physical_file.DESTROYED
					else ELSEWHERE,
				}
			)
		self.set("files", [{**row, "note": notes.get(row["label_code"])} for row in rows])
		self.missing = sum(row["result"] == MISSING for row in rows)

	def _note_destroyed(self, file) -> None:
		"""It exists, so it is in its place or with who found it, until it is destroyed again or kept."""
		if file.location in within(self.location):
			file.check_in(custodian=self._keeper(file))
		else:
			file.found_elsewhere(self._keeper(file), self._where_found())
		self._ask(
			file,
			_(
				"The file {0} was recorded as destroyed, but was found in the inventory of {1}. Check it in, and record its destruction once the paper is destroyed."
			).format(file.label_code, self.location),
		)

	def _where_found(self) -> str:
		return _("Found in inventory {0} of {1}").format(self.name, self.location)

	def _keeper(self, file) -> str:
		"""Who keeps a file that was found: a custodian can read the file, and counting it opens it to no one."""
		return self.counted_by if file.has_permission("read", user=self.counted_by) else file.custodian

	def _ask(self, file, what: str):
		user = file.custodian or frappe.db.get_value("Physical Location", self.location, "responsible")
		frappe.get_doc(
			{
				"doctype": "ToDo",
				"allocated_to": user or self.counted_by,
				"description": what,
				"reference_type": FILE,
				"reference_name": file.name,
				"priority": "High",
			}
		).insert(ignore_permissions=True)
