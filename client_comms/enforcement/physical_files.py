"""A paper file is as confidential as its strictest interaction: users who can read all its interactions can
see where it is (D-6, P-2)."""

from collections.abc import Callable

import frappe

from client_comms import clock
from client_comms.enforcement import interactions, policy
from client_comms.enforcement.readers import INTERACTION, Reader
from client_comms.enforcement.row_conditions import either, of_row, there_is
from client_comms.rules import access

FILE = "Physical File"
_ROWS = "Physical File Interaction"
# Moving a file does not change its interactions.
_AS_READING = (access.WRITE, access.DELETE)


def decider(
	name: str, action: str = access.READ, *, lasting: bool = False
) -> Callable[[access.Subject], access.Decision] | None:
	"""The decision about a file as a function of the user, with its facts looked up once; None if it does not exist.

	All of its interactions must allow it, and its own level if that is stricter.
	"""
	if not frappe.db.exists(FILE, name):
		return None
	records = frappe.get_doc(FILE, name).records(lasting=lasting)
	action = access.READ if action in _AS_READING else action
	return lambda subject: access.decide_all(subject, records, policy.current(), action, clock.now())


def condition(user=None, doctype=None) -> str:
	"""Files without hidden interactions, and whose own level, if it decides, is open."""
	reader = Reader.of(user)
	if reader.rows.all_levels:
		return ""
	filed = f"`tab{_ROWS}`.`interaction`"
	rows = (
		f"select 1 from `tab{_ROWS}` where `tab{_ROWS}`.`parent` = `tab{FILE}`.`name`"
		f" and `tab{_ROWS}`.`parenttype` = '{FILE}'"
	)
	hidden = there_is(f"{rows} and not {interactions.of_interaction(filed, reader, missing='1')}")
	gone = there_is(f"{rows} and not {of_row(INTERACTION, filed, '1')}")
	column, own = f"`tab{FILE}`.`confidentiality_level`", []
	if reader.rows.open_levels:
		own.append(reader.at_levels(reader.rows.open_levels, column))
	if held := reader.rows.participant_levels | set(reader.rows.type_levels):
		own.append(f"({reader.at_levels(held, column)} and `tab{FILE}`.`custodian` = {reader.me})")
	# Whether one is gone is asked last, and only of the files whose own level is closed.
	return f"(({either(own)} or not (`tab{FILE}`.`own_level_decides` = 1 or {gone})) and not {hidden})"
