"""Print Designer, an app that draws print formats, renders any template for every login, and a template can read every record (D-5, P-2).

Its page is for users who can make print formats; so are these.
"""

import frappe
from frappe import _

from client_comms.enforcement.compose import call_previous
from client_comms.i18n import bold

_FORMAT = "Print Format"


@frappe.whitelist()
def render_user_text_withdoc(string: str, doctype: str, **others):
	_require_author()
	return call_previous(
		"print_designer.print_designer.page.print_designer.print_designer.render_user_text_withdoc",
		string=string,
		doctype=doctype,
		**others,
	)


@frappe.whitelist()
def render_user_text(string: str, doc: str | dict, **others):
	_require_author()
	return call_previous(
		"print_designer.print_designer.page.print_designer.print_designer.render_user_text",
		string=string,
		doc=doc,
		**others,
	)


@frappe.whitelist()
def get_data_from_main_template(string: str, doctype: str, **others):
	_require_author()
	return call_previous(
		"print_designer.print_designer.page.print_designer.print_designer.get_data_from_main_template",
		string=string,
		doctype=doctype,
		**others,
	)


def _require_author() -> None:
	if not frappe.has_permission(_FORMAT, "write"):
		frappe.throw(
			_("A template can read every record. Only users who can change a {0} can try one.").format(
				bold(_(_FORMAT))
			),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
