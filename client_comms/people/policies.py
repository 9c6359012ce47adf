"""Policies of the organisation: which version is in force, who has read it, and when it is reviewed (T-2 to T-4)."""

import difflib
from collections.abc import Iterable
from datetime import date

import frappe
from frappe import _
from frappe.utils import formatdate, get_datetime_str, getdate

from client_comms import alerts, clock, procedure
from client_comms.roles import COMPLIANCE_OFFICER
from client_comms.rules import training

POLICY = "SOP Policy"
ATTESTATION = "Policy Attestation"
FIELDS = ("name", "policy_title", "policy_kind", "version_label", "effective_from", "next_review_on")


def in_force(on: date | None = None) -> list[frappe._dict]:
	"""The version in force of every policy on a day (today), by title: rows of `FIELDS` and `attestation_required`."""
	rows = frappe.get_all(
		POLICY,
		{"docstatus": 1, "effective_from": ("<=", on or clock.now().date())},
		[*FIELDS, "attestation_required", "policy_owner", "last_reminded_on"],
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
	held = set(frappe.get_roles(user))
	if not policies or not held & set(procedure.ROLES):
		return []
	roles = _rows("SOP Role", "role", policies)
	names = [row.name for row in policies]
	read = set(frappe.get_all(ATTESTATION, {"user": user, "policy": ("in", names)}, pluck="policy"))
	return [
		row for row in policies if row.name not in read and (not roles[row.name] or roles[row.name] & held)
	]


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
	policy = frappe.get_doc(POLICY, name)
	policy.check_permission("read")
	user = frappe.session.user
	if existing := frappe.db.get_value(ATTESTATION, {"policy": name, "user": user}):
		return existing
	if name not in {row.name for row in in_force()}:
		frappe.throw(
			_("Version {0} of {1} is not in force. Open the version that is in force.").format(
				frappe.bold(policy.version_label), frappe.bold(policy.policy_title)
			),
			title=_("Not in Force"),
		)
	doc = frappe.get_doc(
		{
			"doctype": ATTESTATION,
			"policy": name,
			"policy_title": policy.policy_title,
			"version_label": policy.version_label,
			"user": user,
			"full_name": frappe.utils.get_fullname(user),
			"attested_on": clock.now(),
			"ip_address": getattr(frappe.local, "request_ip", None),
		}
	)
	doc.flags.attesting = True
	doc.insert(ignore_permissions=True)
	return doc.name


def history(title: str) -> list[frappe._dict]:
	"""The approved versions of a policy, the first one first: version, date, description, approved by (T-4)."""
	return frappe.get_list(
		POLICY,
		{"policy_title": title, "docstatus": (">", 0)},
		[
			"name",
			"version_label",
			"effective_from",
			"change_summary",
			"approved_by",
			"approved_on",
			"docstatus",
		],
		order_by="effective_from asc, creation asc",
	)


def difference(one: str, other: str) -> list[dict]:
	"""Two versions side by side, paragraph by paragraph.

	:returns: `[{"kind": "same" | "changed" | "removed" | "added", "left": str, "right": str}]`, plain text
	"""
	left, right = (_paragraphs(name) for name in (one, other))
	rows = []
	for kind, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
		shown = {"equal": "same", "replace": "changed", "delete": "removed", "insert": "added"}[kind]
		before, after = left[a:b], right[c:d]
		for number in range(max(len(before), len(after))):
			rows.append(
				{
					"kind": shown,
					"left": before[number] if number < len(before) else "",
					"right": after[number] if number < len(after) else "",
				}
			)
	return rows


def _paragraphs(name: str) -> list[str]:
	doc = frappe.get_doc(POLICY, name)
	doc.check_permission("read")
	text = frappe.utils.html_utils.unescape_html(
		frappe.utils.strip_html(
			(doc.body or "").replace("</p>", "\n").replace("</li>", "\n").replace("<br>", "\n")
		)
	)
	return [line.strip() for line in text.splitlines() if line.strip()]


def remind() -> None:
	"""Daily: owners are reminded of reviews; of overdue ones the Compliance Officers are told as well (T-2)."""
	today = getdate(clock.now())
	for row in in_force():
		step = training.reminder(today, getdate(row.next_review_on), row.last_reminded_on)
		if step is None:
			continue
		users = {row.policy_owner} if row.policy_owner else set()
		if step > 0:
			users |= alerts.users_with_role(COMPLIANCE_OFFICER)
		alerts.tell(users, lambda row=row, step=step: _review_sentence(row, step), POLICY, row.name)
		frappe.db.set_value(POLICY, row.name, "last_reminded_on", today, update_modified=False)
		# nosemgrep: frappe-manual-commit (a job; no one is reminded twice if it is interrupted)
		frappe.db.commit()


def _review_sentence(row, step: int) -> str:
	day = formatdate(row.next_review_on)
	if step > 0:
		return _("The review of the policy {0} has been overdue since {1}").format(row.policy_title, day)
	return _("The policy {0} must be reviewed by {1}").format(row.policy_title, day)


def as_shown(row) -> dict:
	"""A policy as the desk lists it."""
	return {
		"name": row.name,
		"title": row.policy_title,
		"version": row.version_label,
		"effective_from": get_datetime_str(row.effective_from)[:10],
	}
