"""Row conditions of other apps beside ours, in version 15 (D-5).

It joins the conditions of several apps and of a Server Script by "and" without brackets, so that an "or" in one of them opens every row that
meets it, whatever ours says. Version 16 puts each into brackets.
"""

import frappe
from frappe.core.doctype.server_script.server_script_utils import get_server_script_map

from client_comms.enforcement import guards

_HOOK = "permission_query_conditions"


def in_brackets(join, query) -> str:
	"""Stands around Frappe's method; costs nothing where a DocType has no condition of ours, or no other one."""
	if not guards.is_held(query.doctype):
		return join(query)
	hooks = frappe.get_hooks(_HOOK, {})
	methods = [*hooks.get(query.doctype, ()), *hooks.get("*", ())]
	script = get_server_script_map().get("permission_query", {}).get(query.doctype)
	if len(methods) == 1 and not script:
		return join(query)
	conditions = [
		frappe.call(frappe.get_attr(method), query.user, doctype=query.doctype) for method in methods
	]
	if script:
		conditions.append(frappe.get_doc("Server Script", script).get_permission_query_conditions(query.user))
	return " and ".join(f"({each})" for each in conditions if each)
