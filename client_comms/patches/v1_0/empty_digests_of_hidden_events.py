"""The email about the events of today quotes nothing in the queue if its recipient could read none of them."""

import frappe
from frappe import _

_LANGUAGES = ("en", "de", "fr")  # of the app's texts


def execute():
	for language in _LANGUAGES:
		why = _("None of the recipients has clearance for this document.", lang=language)
		# What names a document is as confidential as that.
		without = {"status": "Error", "error": why, "reference_name": ("is", "not set")}
		frappe.db.set_value("Email Queue", without, "message", "", update_modified=False)
