"""What a test record is, and how a row of it is written."""

from dataclasses import dataclass, field

import frappe
from frappe.utils import now

INTERACTION = "Client Interaction"
MARK = "leakbait"  # in the name or text of every test record, so that the remains of an interrupted run can be found


TEXTS = ("Data", "Small Text", "Text", "Long Text", "Text Editor", "HTML Editor", "Code")


@dataclass
class Bait:
	"""One interaction. All texts of it and of its dependents contain `word`, which occurs nowhere else."""

	label: str
	word: str
	name: str
	day: str  # on which it occurred, and no other
	names: dict[str, str] = field(default_factory=dict)
	columns: dict[str, str] = field(default_factory=dict)  # DocType of another app -> a column with a text
	file_url: str = ""


@dataclass
class Planted:
	baits: list[Bait]
	parties: dict[str, str]


def insert_row(doctype: str, **values) -> str:
	"""Insert a row directly, so that no one on a working site is notified of it."""
	doc = frappe.get_doc({"doctype": doctype, "creation": now(), "modified": now(), **values})
	doc.owner = values.get("owner", "Administrator")
	doc.db_insert()
	return doc.name
