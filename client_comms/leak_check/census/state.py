"""What a state is made of, in which a method of ours does something, and what several have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

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


def soon(_of) -> str:
	return str(clock.now() + timedelta(days=2))


def now(_of) -> str:
	return str(clock.now())


def first(doctype: str, **filters) -> Callable:
	return lambda _of: frappe.db.get_value(doctype, filters)


REASON = "leakbait remark"
ELSE = "someone.else@example.com"
CLIENT = {"party_type": "Customer", "party": Of("Customer")}
HIDDEN = {"reference_doctype": INTERACTION, "reference_name": Of(INTERACTION)}
