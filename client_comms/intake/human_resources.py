"""Messages about applicants and employees, filed under the documents of Frappe HR (HRMS), are not those of clients (D-1, P-2).

As interactions they would be open to all who can read those of the lowest level.
"""

import frappe

from client_comms.enforcement import guards

_MODULES = ("HR", "Payroll")  # of HRMS
_EMPLOYEE = "Employee"  # of ERPNext


def are_about(doctype: str | None) -> bool:
	"""Whether what is filed under a document of this DocType is about an applicant or an employee."""
	if not doctype or doctype == _EMPLOYEE:
		return bool(doctype)
	meta = guards.meta_of(doctype)
	return bool(meta) and meta.module in _MODULES


def doctypes() -> list[str]:
	"""The DocTypes of which that is true."""
	return [_EMPLOYEE, *frappe.get_all("DocType", {"module": ("in", _MODULES)}, pluck="name", order_by=None)]
