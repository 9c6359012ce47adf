"""Denials by permission hooks, kept until it is known whether they ended the request.

Frappe also calls hooks speculatively, for example to decide which buttons to show or whom to notify. Only a
request that ends with a denial counts as refused; `audit` checks this at the end of the request.
"""

import json
from collections.abc import Callable
from functools import wraps

import frappe
from frappe import _

from client_comms import compat, roles
from client_comms.enforcement import policy
from client_comms.i18n import bold, translate
from client_comms.rules import access

_KEPT = "client_comms_denied"
_FORBIDDEN = 403


def objection(
	doctype: str, name: str, action: str, user: str, decision: access.Decision, debug: bool = False
) -> bool:
	"""The answer of a `has_permission` hook that denies `action` on a record, with the reasons where Frappe
	shows them."""
	if getattr(frappe.local, "request", None) and user == frappe.session.user:
		kept().setdefault((doctype, str(name)), (action, decision))
	return compat.objection(*reasons(decision, user), debug=debug)


def after_request(response=None, request=None) -> None:
	"""Say why a request was refused where Frappe shows an empty message: version 16 checks the DocType once more after our
	hook has answered, and forgets the reasons."""
	if response is None or response.status_code != _FORBIDDEN or not response.is_json or not kept():
		return
	content = json.loads(response.get_data())
	if not roles.has_desk() and any(each.get("message") for each in content.get("errors") or ()):
		return  # version 2 of the API; clients are told the same whatever they are refused
	messages = [json.loads(each) for each in json.loads(content.get("_server_messages") or "[]")]
	if not messages and not roles.has_desk():
		return  # what they are refused without a word can be what there is not
	told = [each for each in messages if each.get("message")]
	if messages and len(told) == len(messages):
		return
	_action, decision = [*kept().values()][-1]
	message = "<br>".join(reasons(decision, frappe.session.user))
	told.append({"message": message, "title": _("Not Permitted"), "indicator": "red"})
	content["_server_messages"] = json.dumps([json.dumps(each) for each in told])
	response.set_data(json.dumps(content))


def told_to_staff(ask: Callable) -> Callable:
	"""Decorator for a question about a file at an address that anyone can guess: what Frappe and the rule say of it is not told to those
	without the rights of staff, to whom a file that there is not is refused alike."""

	@wraps(ask)
	def asking(*args, **kwargs):
		said = len(frappe.local.message_log)
		try:
			return ask(*args, **kwargs)
		finally:
			if not roles.has_desk():
				del frappe.local.message_log[said:]

	return asking


def reasons(decision: access.Decision, user: str) -> list[str]:
	"""Why a user is denied a record, as sentences; clients and visitors, who can guess names of records, are not told of its level."""
	if user == frappe.session.user and not roles.has_desk():
		return [without_clearance()]
	said = [translate(reason) for reason in decision.reasons]
	if decision.rule == access.TRAINING_NOT_CURRENT and user == frappe.session.user:
		said.append(_way_to_training())
	return said


def helpful(decision: access.Decision) -> list[str]:
	"""The reasons as sentences in HTML. What administrators can do about it would help no one else."""
	may_change = roles.configures_or_audits() or "System Manager" in frappe.get_roles()
	return [translate(each) for each in decision.reasons if may_change or each.text != access.GIVE_A_ROLE]


def without_clearance(sentence: str | None = None) -> str:
	"""What is said to a session user without clearance: to staff the `sentence` (translated) and whom to ask; to clients, who know
	neither levels nor colleagues, to write."""
	if not roles.has_desk():
		return _("This is not open to you. If you need it, please contact us.")
	return f"{sentence or _('You have no clearance for this document.')} {_('Ask a colleague who has it.')}"


def without_every_clearance() -> str:
	"""What is said to a session user who cannot read every level, and needs to: which roles can."""
	if not roles.has_desk():
		return without_clearance()
	return _("Clearance for every level is required. Ask someone with one of these roles: {0}.").format(
		seeing_everything()
	)


def seeing_everything() -> str:
	"""The roles with oversight of the strictest level, for a sentence in HTML."""
	levels = policy.current()
	seeing = access.oversight_roles(levels, levels.strictest and levels.strictest.name)
	return bold(roles.role_names(seeing))


def _way_to_training() -> str:
	"""The next step for a user whose training is not current."""
	page = f'<a href="{compat.desk_url("take-training")}">{_("My Training")}</a>'
	return _("Complete it under {0}. You can then open these records again immediately.").format(page)


def kept() -> dict[tuple[str, str], tuple[str, access.Decision]]:
	"""(DocType, name) -> (action, decision) of this request's denials."""
	return frappe.local.flags.setdefault(_KEPT, {})
