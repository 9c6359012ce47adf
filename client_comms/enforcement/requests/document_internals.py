"""What Frappe and ERPNext keep in a document beside its values, and a request may not set (P-2).

Version 16 means to take none of it from what is sent, but the list of these names is empty when it is read a second time, and one was
never on it:

- With its tables, a request gave a document one of its own, of any DocType. Frappe stored its rows with the document, without
  permission and without any check: a share of a hidden record, a role, a grant.
- With what is being done to it (`_action`), a change of a document called itself one that is not checked: a level was lowered, a
  deadline moved and a draft submitted past every rule, by all who can write the document.

Both versions take from a change how ERPNext brings a document up to date of which another was made (`status_updater`), and write the
tables, columns and conditions in it into SQL as they are: who can submit an order read any record, and set its level.
"""

from frappe.model import base_document

from client_comms import compat

_OF_ERPNEXT = frozenset({"status_updater"})


def leave_out(**_job) -> None:
	"""`before_request` and `before_job`: these names are left out of what is sent, in the whole process."""
	if compat.is_version_16():
		ours = base_document.UNPICKLABLE_KEYS | {"_action"} | _OF_ERPNEXT
		if not ours <= base_document.RESERVED_KEYWORDS:
			base_document.RESERVED_KEYWORDS |= ours
	elif not _OF_ERPNEXT <= base_document.BaseDocument._reserved_keywords:
		base_document.BaseDocument._reserved_keywords |= _OF_ERPNEXT
