"""Policies of the organisation: which version is in force, who has read it, and when it is reviewed (T-2 to T-4)."""

import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

import frappe
from frappe import _
from frappe.utils import formatdate, get_datetime_str, getdate

from client_comms import alerts, clock, transactions, validation
from client_comms.enforcement import policy, procedure_roles
from client_comms.i18n import bold
from client_comms.policy_frames import GAP
from client_comms.roles import COMPLIANCE_OFFICER, users_with_role
from client_comms.rules import reminders, text_difference

POLICY = "SOP Policy"
MATRIX = "Communication Matrix"
ATTESTATION = "Policy Attestation"
_PARAGRAPH_END = re.compile(r"</(?:p|div|h\d|li|tr|blockquote|pre)>|<br\s*/?>", re.IGNORECASE)
FIELDS = ("name", "policy_title", "policy_kind", "version_label", "effective_from", "next_review_on")


def in_force(on: date | None = None) -> list[frappe._dict]:
	"""The version in force of every policy on a day (today), by title: rows of `FIELDS` and `attestation_required`."""
	rows = frappe.get_all(
		POLICY,
		{"docstatus": 1, "effective_from": ("<=", on or clock.now().date())},
		[*FIELDS, "attestation_required", "announced_on", "policy_owner", "last_reminded_on"],
		order_by="effective_from asc, creation asc",
	)
	return sorted({row.policy_title: row for row in rows}.values(), key=lambda row: row.policy_title)


def for_type(communication_type: str | None) -> list[frappe._dict]:
	"""The policies in force that forms of a communication type show: those for it, and those for all types."""
	policies = in_force()
	types = _rows("SOP Communication Type", "communication_type", policies)
	return [row for row in policies if not types[row.name] or communication_type in types[row.name]]


def to_read(user: str) -> list[frappe._dict]:
	"""The policies in force that a user has yet to confirm having read."""
	policies = [row for row in in_force() if row.attestation_required]
	if not policies:
		return []
	# A role that a policy names is asked, whatever the matrix says.
	named, everyone = _rows("SOP Role", "role", policies), procedure_roles.all_roles()
	held = set(frappe.get_roles(user))
	names = [row.name for row in policies]
	read = set(frappe.get_all(ATTESTATION, {"user": user, "policy": ("in", names)}, pluck="policy"))
	return [row for row in policies if row.name not in read and held & (named[row.name] or everyone)]


def drafts(user: str) -> list:
	"""The drafts of versions that a user can read and that have no gaps: those that the app ships wait for their text."""
	names = frappe.get_list(
		POLICY, {"docstatus": 0}, pluck="name", order_by="effective_from asc, name asc", limit=20, user=user
	)
	found = [frappe.get_doc(POLICY, name) for name in names]
	return [doc for doc in found if not GAP.search(validation.plain(doc.body))]


def readers_owing(name: str) -> set[str]:
	"""The users who have yet to confirm having read a version in force."""
	named = frappe.get_all("SOP Role", {"parenttype": POLICY, "parent": name}, pluck="role")
	roles = set(named) or procedure_roles.all_roles()
	read = set(frappe.get_all(ATTESTATION, {"policy": name}, pluck="user"))
	return {
		each.user
		for each in policy.subjects()
		if each.user not in read and not each.bypass and roles & each.roles
	}


@transactions.again_if_undone
def announce() -> None:
	"""Daily, and when a version is approved: once a version is in force, tell those who have to confirm it (R-1, T-3).
	Repeatable; each version is announced once."""
	for row in in_force():
		if not row.attestation_required or row.announced_on:
			continue
		with transactions.step("A policy could not be announced", POLICY, row.name):
			# When two are approved at once, two jobs announce both.
			if frappe.db.get_value(POLICY, row.name, "announced_on", for_update=True):
				continue
			alerts.tell(
				readers_owing(row.name),
				lambda row=row: _("Please read {0}, version {1}, and confirm it").format(
					row.policy_title, row.version_label
				),
				POLICY,
				row.name,
			)
			frappe.db.set_value(POLICY, row.name, "announced_on", clock.now().date(), update_modified=False)


def announce_soon(doc, method=None) -> None:
	"""`on_submit` of SOP Policy: a version that takes effect at once is announced in the background."""
	frappe.enqueue(announce, enqueue_after_commit=True)


def _rows(doctype: str, field: str, policies: Iterable) -> dict[str, set[str]]:
	"""Policy -> the values of one of its tables; one query for all."""
	found: dict[str, set[str]] = {row.name: set() for row in policies}
	if found:
		for row in frappe.get_all(
			doctype, {"parenttype": POLICY, "parent": ("in", list(found))}, ["parent", field]
		):
			found[row.parent].add(row[field])
	return found


def attest(name: str) -> str:
	"""The session user confirms having read a version; the name of the attestation, also when there was one.

	:raises frappe.ValidationError: that version is not in force
	"""
	doc = frappe.get_doc(POLICY, name)
	doc.check_permission("read")
	user = frappe.session.user
	transactions.lock("User", user)  # of two clicks, the second finds what the first has confirmed
	if existing := frappe.db.get_value(ATTESTATION, {"policy": name, "user": user}):
		return existing
	if name not in {row.name for row in in_force()}:
		frappe.throw(
			_("Version {0} of {1} is not in force. Open the version that is in force.").format(
				bold(doc.version_label), bold(doc.policy_title)
			),
			title=_("Not in Force"),
		)
	attestation = frappe.get_doc(
		{
			"doctype": ATTESTATION,
			"policy": name,
			"policy_title": doc.policy_title,
			"version_label": doc.version_label,
			"user": user,
			"full_name": frappe.utils.get_fullname(user),
			"attested_on": clock.now(),
			"ip_address": getattr(frappe.local, "request_ip", None),
		}
	)
	attestation.flags.attesting = True
	attestation.insert(ignore_permissions=True)
	return attestation.name


def difference(one: str, other: str) -> list[dict]:
	"""Two versions side by side, paragraph by paragraph, with the changed words marked.

	:returns: `[{"kind": "same" | "changed" | "removed" | "added", "left": [part, …], "right": [part, …]}]`; a part is
	    `{"text": plain text, "changed": bool}`
	"""
	return [asdict(row) for row in text_difference.side_by_side(_paragraphs(one), _paragraphs(other))]


def _paragraphs(name: str) -> list[str]:
	doc = frappe.get_doc(POLICY, name)
	doc.check_permission("read")
	text = frappe.utils.html_utils.unescape_html(
		frappe.utils.strip_html(_PARAGRAPH_END.sub("\n", doc.body or ""))
	)
	return [line.strip() for line in text.splitlines() if line.strip()]


def remind() -> None:
	"""Daily: owners are reminded of reviews; of overdue ones the Compliance Officers are told as well (T-2).

	The matrix does not have an owner, so the Compliance Officers are reminded of its review, and of that of a policy whose owner left.
	"""
	officers = users_with_role(COMPLIANCE_OFFICER)
	for row in in_force():
		owner = set(alerts.enabled([row.policy_owner])) or officers
		_remind(POLICY, row, row.policy_title, owner, officers)
	for row in _matrices_in_force():
		_remind(MATRIX, row, row.name, officers, officers)


def _matrices_in_force() -> list[frappe._dict]:
	"""The version in force of each company that has a day for its next review."""
	rows = frappe.get_all(
		MATRIX,
		{"docstatus": 1, "effective_from": ("<=", clock.now())},
		["name", "company", "next_review_on", "last_reminded_on"],
		order_by="effective_from asc, creation asc",
	)
	return [row for row in {row.company or None: row for row in rows}.values() if row.next_review_on]


def _remind(doctype: str, row, title: str, owner: set[str], officers: set[str]) -> None:
	today, day = getdate(clock.now()), getdate(row.next_review_on)
	step = reminders.due(today, day, row.last_reminded_on)
	if step is None:
		return
	users = owner | officers if step > 0 else owner
	alerts.remind(users, lambda: _review_sentence(title, day, step), doctype, row.name)


def _review_sentence(title: str, day: date, step: int) -> str:
	if step > 0:
		return _("The review of {0} has been overdue since {1}").format(title, formatdate(day))
	return _("{0} must be reviewed by {1}").format(title, formatdate(day))


def as_shown(row) -> dict:
	"""A policy as the desk lists it."""
	return {
		"name": row.name,
		"title": row.policy_title,
		"version": row.version_label,
		"effective_from": get_datetime_str(row.effective_from)[:10],
	}
