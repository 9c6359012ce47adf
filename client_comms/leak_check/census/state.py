"""What a state is made of, in which a method of ours does something, and what several have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import frappe

from client_comms import clock
from client_comms.leak_check.census.scene import INTERACTION


@dataclass(frozen=True)
class Of:
	"""Stands for a name: of the hidden document of a DocType, of one that a state adds, or of what `_names` adds to them."""

	what: str


@dataclass(frozen=True)
class Row:
	"""Fields of a document: of the hidden one, or, if there is none or it is `added`, of a new one."""

	doctype: str
	values: dict
	added: bool = False


@dataclass(frozen=True)
class State:
	"""`given` replaces arguments that names suggest; `then` is called when the rows are in place. It, and any value,
	may be a function of one that tells names (`Of`)."""

	given: dict
	rows: tuple[Row, ...] = ()
	then: Callable[[Callable[[str], str]], object] | None = None
	about: str = INTERACTION  # the DocType of the hidden document that the call asks for


def soon(_of) -> str:
	return str(clock.now() + timedelta(days=2))


def now(_of) -> str:
	return str(clock.now())


def file_url(of) -> str:
	"""Of the hidden file."""
	return frappe.db.get_value("File", of("File"), "file_url")


def first(doctype: str, **filters) -> Callable:
	return lambda _of: frappe.db.get_value(doctype, filters)


REASON = "leakbait remark"
ELSE = "someone.else@example.com"
CLIENT = {"party_type": "Customer", "party": Of("Customer")}
HIDDEN = {"reference_doctype": INTERACTION, "reference_name": Of(INTERACTION)}


def write_file(of, text: str) -> None:
	"""Replace the content of the hidden file, which is put back after the call."""
	Path(frappe.get_doc("File", of("File")).get_full_path()).write_text(text)


def importing(doctype: str, **values) -> State:
	"""An import of the hidden file."""
	named = dict.fromkeys(("data_import_name", "data_import"), Of(doctype))
	kind = {"import_type": "Insert New Records", "template_options": "{}", "template_warnings": "[]"}
	rows = (
		Row("File", {"file_name": "leakbait table.csv"}),
		Row(doctype, {**kind, "import_file": file_url, **values}),
	)
	return State(
		{**named, "import_file": file_url, "google_sheets_url": None},
		rows,
		lambda of: write_file(of, f"Bank Account {of('word')}\n{of('word')}"),
	)
