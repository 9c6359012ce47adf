"""The draw: a random sample of each period, and who reviews which record (R-2).

The sample is drawn by `rules.sampling`, which can draw it again from the same seed.
"""

import base64
import json
import secrets
import zlib
from collections import Counter
from dataclasses import asdict
from datetime import date

import frappe
from frappe import _
from frappe.utils import add_days, get_datetime, getdate

from client_comms import alerts, clock, transactions
from client_comms.communication_governance.doctype.interaction_review.interaction_review import FIRST, SECOND
from client_comms.enforcement import policy
from client_comms.people import reviews
from client_comms.rules import periods, response_clock, sampling

DRAW = "Review Draw"
_PACKED = "zlib:"


def draw_all() -> None:
	"""Daily: draw the sample of every programme whose period is over, and of those before that were missed. Repeatable; one that cannot be drawn
	is tried again each day, and does not hold back the others."""
	for name in frappe.get_all(reviews.PROGRAMME, {"enabled": 1}, pluck="name", order_by="name asc"):
		programme = frappe.get_doc(reviews.PROGRAMME, name)
		for begin, end in _due(programme, clock.now().date()):
			with transactions.step(
				f"The sample of {begin} to {end} could not be drawn", programme.doctype, name
			):
				draw(programme, begin, end)


def _due(programme, today: date) -> list[periods.Period]:
	drawn = frappe.get_all(DRAW, {"programme": programme.name}, ["from_date", "to_date"], as_list=True)
	latest, changed = periods.latest_whole(programme.period, today), getdate(programme.modified)
	# What ended while it was switched off is not made up for: switching it on has saved it.
	missed = periods.missed(programme.period, drawn, today)
	return [each for each in missed if each == latest or each[1] >= changed]


def draw(programme, begin: date, end: date, seed: str | None = None):
	"""Draw the records of a period and give them to reviewers; the Review Draw.

	:param seed: with which the sample can be drawn again; by default a random one
	:raises frappe.ValidationError: the programme has a draw of the same period, or it ends before it begins
	"""
	if begin > end:
		frappe.throw(_("The period ends before it starts. Choose a later end."), title=_("Invalid Period"))
	same = {"programme": programme.name, "from_date": begin, "to_date": end}
	if other := frappe.db.get_value(DRAW, same):
		frappe.throw(
			_(
				"The sample of this period is already drawn: {0}. Its button Draw Again repeats the draw from its seed."
			).format(frappe.utils.get_link_to_form(DRAW, other)),
			title=_("Already Drawn"),
		)
	seed = seed or secrets.token_hex(8)
	candidates, size = candidates_of(programme, begin, end), programme.size()
	sample = sampling.draw(candidates, size, seed)
	twice = sampling.for_two([each.name for each in sample], (programme.second_share or 0) / 100, seed)
	doc = frappe.get_doc(
		{
			"doctype": DRAW,
			"programme": programme.name,
			"from_date": begin,
			"to_date": end,
			"seed": seed,
			"candidates": len(candidates),
			"drawn": len(sample),
			"drawn_from": _packed(
				{
					"size": asdict(size),
					"candidates": [[each.name, each.stratum, sorted(each.marks)] for each in candidates],
					"sample": [each.name for each in sample],
				}
			),
		}
	).insert(ignore_permissions=True)
	reviewers = reviews.reviewers_of(programme)
	load: Counter = Counter()
	without = 0
	for each in sample:
		chosen: list[str] = []
		for part in (FIRST, SECOND) if each.name in twice else (FIRST,):
			reviewer = reviews.reviewer_for(each.name, each.stratum[0], reviewers, load, chosen)
			if reviewer is None:
				without += part == FIRST
				continue
			chosen.append(reviewer)
			load[reviewer] += 1
			reviews.open_review(
				programme, each.name, reviewer, draw=doc.name, because=each.because, part=part
			)
	doc.db_set("without_reviewer", without)
	if not programme.drawn_until or getdate(programme.drawn_until) < end:
		# When it was changed says which periods are made up for.
		programme.db_set("drawn_until", end, update_modified=False)
	for reviewer, number in sorted(load.items()):
		alerts.tell(
			[reviewer],
			lambda number=number: _("Records to review: {0}").format(number),
			DRAW,
			doc.name,
		)
	return doc


def redraw(name: str) -> dict:
	"""Repeat a draw from its seed and the candidates that there were, whatever has become of them since; stores nothing.

	:returns: `{"same": whether the sample is the same, "drawn", "candidates": numbers}`
	"""
	doc = frappe.get_doc(DRAW, name)
	doc.check_permission("read")
	stored = _unpacked(doc.drawn_from or "{}")
	candidates = [
		sampling.Candidate(each, tuple(stratum), frozenset(marks))
		for each, stratum, marks in stored.get("candidates", ())
	]
	sample = (
		[each.name for each in sampling.draw(candidates, sampling.Size(**stored["size"]), doc.seed)]
		if candidates
		else []
	)
	same = sample == stored.get("sample") and len(sample) == doc.drawn
	return {"same": same, "drawn": len(sample), "candidates": len(candidates)}


def _packed(values: dict) -> str:
	"""As JSON, compressed, in Base64. A year of a large site has half a million candidates of 80 bytes each, and a database refuses a
	statement of more than 16 MB, as it is set up; compressed, each takes 8 bytes."""
	text = json.dumps(values, separators=(",", ":"))
	return _PACKED + base64.b64encode(zlib.compress(text.encode())).decode()


def _unpacked(stored: str) -> dict:
	"""Also of draws that were stored before, as JSON alone."""
	if stored.startswith(_PACKED):
		stored = zlib.decompress(base64.b64decode(stored.removeprefix(_PACKED))).decode()
	return json.loads(stored)


def candidates_of(programme, begin: date, end: date) -> list[sampling.Candidate]:
	"""The records of a period with responsible staff, and their marks; four queries. What the programme has drawn for
	another period is left out, so no record is reviewed twice because periods overlap."""
	strictest = policy.current().strictest
	new_since = add_days(end, -(programme.new_staff_days or 0))
	new_staff = set(frappe.get_all("User", {"creation": (">=", new_since)}, pluck="name"))
	late = response_clock.MET_LATE
	drawn = set(frappe.get_all(reviews.REVIEW, {"programme": programme.name}, pluck="interaction"))
	found = []
	# A user who was deleted past Frappe's check of links has nothing to learn from a review.
	users = set(frappe.get_all("User", pluck="name"))
	for row in frappe.get_all(
		reviews.INTERACTION,
		{
			"occurred_on": ("between", [get_datetime(begin), clock.end_of(end)]),
			"responsible_staff": ("is", "set"),
			"anonymised_on": ("is", "not set"),  # nothing is left of those to review
		},
		[
			"name",
			"responsible_staff",
			"communication_type",
			"confidentiality_level",
			"acknowledge_status",
			"respond_status",
			"breached",
		],
		order_by="name asc",
	):
		if row.name in drawn or row.responsible_staff not in users:
			continue
		marks = {
			"late": late in (row.acknowledge_status, row.respond_status),
			"breached": bool(row.breached),
			"strictest": bool(strictest) and row.confidentiality_level == strictest.name,
			"new_staff": row.responsible_staff in new_staff,
		}
		found.append(
			sampling.Candidate(
				row.name,
				(row.responsible_staff, row.communication_type),
				frozenset(mark for mark, holds in marks.items() if holds),
			)
		)
	return found
