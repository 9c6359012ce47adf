"""Why something that arrived, or is logged, has its communication type: the source rule that matches, in its reader's words (M-1)."""

import frappe
from frappe import _
from frappe.utils import escape_html

from client_comms import compat
from client_comms.i18n import bold
from client_comms.rules.classification import SUBJECT_CONTAINS, Classification

_RULE = "Interaction Source Rule"
_TRANSLATED = ("source", "direction")


def in_words(found: Classification) -> str:
	"""A sentence in HTML, with the conditions of the rule; for users who can change the rules, it leads to them."""
	if found.rule is None:
		return _("No source rule matches, so the default type applies.")
	if found.conditions:
		conditions = "; ".join(_condition(*each) for each in found.conditions)
		said = _("Suggested by source rule {0} ({1}).").format(found.rule, conditions)
	else:
		said = _("Suggested by source rule {0}, which applies to everything.").format(found.rule)
	return f"{said} {_change()}".rstrip()


def _condition(field: str, value: str) -> str:
	label = _("Mentioned") if field == SUBJECT_CONTAINS else _(frappe.get_meta(_RULE).get_label(field))
	return f"{escape_html(label)}: {bold(_(value) if field in _TRANSLATED else value)}"


def _change() -> str:
	if not frappe.has_permission("Client Comms Settings", "write"):
		return ""
	path = compat.desk_path("client-comms-settings#source_rules")
	return f'<a href="{path}" target="_blank">{escape_html(_("Change the Rules"))}</a>'
