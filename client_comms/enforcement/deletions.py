"""A document that cannot be deleted because a hidden record names it (P-2).

Frappe says to all users which document it is, so that one who can delete an Issue Type learns which hidden Issues have it.
"""

import frappe
from frappe import _

from client_comms.enforcement import guards
from client_comms.i18n import bold


def refuse_without_name(refuse, doc, reference_doctype: str, reference_docname: str, *others, **named):
	"""
	:raises frappe.LinkExistsError: always; to those who cannot read the document that names `doc`, without saying which it is
	"""
	if guards.is_held(reference_doctype) and not guards.readable(reference_doctype, [str(reference_docname)]):
		frappe.throw(
			_(
				"{0} {1} cannot be deleted or cancelled, because a document that you cannot read names it. Ask a colleague with more access, such as a Compliance Officer."
			).format(_(doc.doctype), bold(doc.name)),
			exc=frappe.LinkExistsError,
		)
	return refuse(doc, reference_doctype, reference_docname, *others, **named)
