"""Texts for clients that wait for an approval: which, what changed, and who is told (D-3, R-2)."""

import re
from dataclasses import asdict

import frappe
from frappe import _
from frappe.utils import get_fullname

from client_comms import alerts, clock, compat
from client_comms.communication_governance import templates
from client_comms.communication_governance.templates import TEMPLATE
from client_comms.roles import approving_roles, some_with_role, users_with_role
from client_comms.rules import html_text, text_difference
from client_comms.rules.templates import APPROVED, DRAFT, EXPIRED, SENT_BACK

PAGE = "approve-templates"
_LISTED = 100
_TEXT_FIELDS = ["name", "owner", "modified_by"]


def waiting(user: str) -> list[dict]:
	"""The texts that wait for an approval, those first that have waited longest.

	Expired ones wait if they have a later expiry date by now.

	:returns: `[{"name", "mine": whether the user wrote or changed the text, so that someone else must approve it}]`, at most 100
	"""
	is_draft, has_later_day = ["status", "=", DRAFT], ["valid_until", ">=", clock.now().date()]
	rows = frappe.get_all(
		TEMPLATE,
		{"status": ("in", (DRAFT, EXPIRED))},
		["name", "email_template", "approved_on"],
		or_filters=[is_draft, has_later_day, ["valid_until", "is", "not set"]],
		order_by="modified asc, name asc",
		limit=_LISTED,
	)
	mine = _written_by(user, rows) if rows and _four_eyes() else set()
	return [{"name": row.name, "mine": row.name in mine} for row in rows]


def _four_eyes() -> bool:
	return bool(frappe.get_cached_doc("Client Comms Settings").four_eyes_on_templates)


def _written_by(user: str, rows) -> set[str]:
	"""The templates among `rows` whose text the user wrote or changed since its last approval."""
	names = list({row.email_template for row in rows})
	texts = frappe.get_all("Email Template", {"name": ("in", names)}, _TEXT_FIELDS, order_by="name asc")
	by_name = {text.name: text for text in texts}
	changes = templates.changes_of(by_name)
	return {
		row.name
		for row in rows
		if (text := by_name.get(row.email_template))
		and user in templates.writers(text, changes[text.name], row.approved_on)
	}


def compared(name: str) -> dict:
	"""A template beside its last approved text.

	:returns: `{"approved": {"version", "by", "at"} or None, "subject", "text", "source": rows as
	    `rules.text_difference.side_by_side`, "html": the current text, "others": names of users who approve texts besides the
	    session user and those who wrote it, "roles": those that approve}`; placeholders are named by the labels of their fields, except in `source`. That
	    compares the HTML as it is written, in which an address behind a link may have changed although the text has not
	"""
	doc = frappe.get_doc(TEMPLATE, name)
	doc.check_permission("read")
	text = frappe.get_doc("Email Template", doc.email_template)
	current = templates.text_of(text)
	last = next((row for row in reversed(doc.history) if row.event == APPROVED), None)
	before = (last.subject, last.text) if last else ("", "")
	return {
		"approved": last and {"version": last.version, "by": get_fullname(last.by_user), "at": str(last.at)},
		"subject": _rows([templates.in_words(before[0])], [templates.in_words(text.subject)]),
		"text": _rows(*(_paragraphs(templates.in_words(each)) for each in (before[1], current))),
		"source": _rows(_tags(before[1]), _tags(current)),
		"html": templates.in_words(current, as_html=True),
		"others": some_with_role(
			*approving_roles(), besides={*templates.authors(text, doc.approved_on), frappe.session.user}
		),
		"roles": approving_roles(),
	}


def _rows(old: list[str], new: list[str]) -> list[dict]:
	return [asdict(row) for row in text_difference.side_by_side(old, new)]


def _paragraphs(markup: str | None) -> list[str]:
	return [line.strip() for line in html_text.plain(markup).splitlines() if line.strip()]


def _tags(markup: str | None) -> list[str]:
	"""One line for each opening tag with the text behind it."""
	lines = re.sub(r"(?=<[a-zA-Z])", "\n", markup or "").splitlines()
	return [line.strip() for line in lines if line.strip()]


# --- who is told ------------------------------------------------------------------------------------


def follow(doc, method=None):
	"""A Communication Template was saved: who approves is told when it begins to wait, who wrote it when it was sent back."""
	before = doc.get_doc_before_save()
	if before is not None and before.status == doc.status:
		return
	if doc.status == DRAFT:
		_tell_approvers(doc)
	elif doc.status == SENT_BACK:
		_tell_authors(doc)


def _tell_approvers(doc):
	"""Shipped texts interrupt no one: they are told of in the onboarding."""
	if frappe.flags.in_install or frappe.flags.in_migrate or frappe.flags.in_patch:
		return
	changed = bool(doc.history)
	writer = frappe.session.user
	alerts.tell(
		users_with_role(*approving_roles()) - {writer},
		lambda: (
			_("{0} changed {1}, which needs to be approved again")
			if changed
			else _("{0} wrote {1}, which needs to be approved")
		).format(get_fullname(writer), doc.name),
		TEMPLATE,
		doc.name,
		link=compat.desk_path(f"{PAGE}/{frappe.utils.quote(doc.name)}"),
	)


def _tell_authors(doc):
	text = frappe.get_doc("Email Template", doc.email_template)
	sender, reason = frappe.session.user, doc.history[-1].note
	alerts.tell(
		templates.authors(text, doc.approved_on) - {sender, "Administrator"},
		lambda: _("{0} sent back {1}: {2}").format(get_fullname(sender), doc.name, reason),
		TEMPLATE,
		doc.name,
	)
