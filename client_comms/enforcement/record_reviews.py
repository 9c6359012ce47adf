"""A review is visible to its reviewer, to the person reviewed once it is completed, and to oversight, if
they can read the record (R-2, P-2). The rule is `rules.record_reviews`."""

from collections.abc import Callable

import frappe

from client_comms import clock
from client_comms.enforcement import interactions, policy
from client_comms.enforcement.readers import Reader
from client_comms.enforcement.row_conditions import there_is
from client_comms.rules import access
from client_comms.rules import record_reviews as rules

REVIEW = "Interaction Review"
OPEN = "Open"


def decider(
	name: str, action: str = access.READ, *, lasting: bool = False
) -> Callable[[access.Subject], access.Decision] | None:
	"""The decision about a review as a function of the user, with its facts looked up once; None if it does not exist.

	:param action: reviews have no clearances of their own, so every action requires what reading requires
	"""
	fields = ["interaction", "reviewer", "reviewed_user", "status", "draw"]
	stored = frappe.db.get_value(REVIEW, name, fields, as_dict=True)
	if not stored:
		return None
	of_draw = {"interaction": stored.interaction, "draw": stored.draw or ("is", "not set"), "status": OPEN}
	review = rules.Review(
		stored.reviewer,
		stored.reviewed_user,
		stored.status == OPEN,
		frozenset(frappe.get_all(REVIEW, of_draw, pluck="reviewer")),
	)
	# The level of a deleted record is unknown, and no one takes part in it.
	record = policy.stored_record(stored.interaction, lasting=lasting) or access.Record(None, None, None)
	return lambda subject: rules.decide(
		subject, review, access.decide(subject, record, policy.current(), access.READ, clock.now())
	)


def condition(user: Reader | str | None = None, doctype=None) -> str:
	"""The same rule as SQL."""
	reader = Reader.of(user)
	if reader.user == "Administrator":
		return ""
	me, table = reader.me, f"`tab{REVIEW}`"
	alone = reader.at_levels(reader.rows.open_levels, "null") if reader.rows.open_levels else "0"
	of_record = interactions.of_interaction(f"{table}.`interaction`", reader, missing=alone) or "1 = 1"
	branches = [f"{table}.`reviewer` = {me}"]
	if rules.OVERSIGHT & policy.subject(reader.user).roles:
		scoring = there_is(
			f"select 1 from {table} `own` where `own`.`interaction` = {table}.`interaction`"
			f" and `own`.`draw` <=> {table}.`draw` and `own`.`reviewer` = {me} and `own`.`status` = '{OPEN}'"
		)
		branches.append(f"not {scoring}")
	mine = f"({table}.`reviewed_user` = {me} and {table}.`status` != '{OPEN}')"
	others = f"({table}.`reviewed_user` != {me} and ({' or '.join(branches)}) and {of_record})"
	return f"({mine} or {others})"
