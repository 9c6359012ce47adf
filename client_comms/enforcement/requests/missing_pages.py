"""The address that one visitor asks for is shown to no other (P-2).

Frappe keeps the HTML of a page of the website for all visitors, and writes the address that was asked for into it. A page that is
always the same under its own address may be kept. The page for what was not found is one for all addresses: for half an hour, every visitor read
in it what someone else had asked for, such as the name of a file that had become private.
"""

import frappe

_HOME = ("", "index")


def keep_for_one(context) -> None:
	"""`update_website_context`: Frappe does not keep a page that is shown under another address than its own.

	Does not query the database.
	"""
	asked = (getattr(frappe.local, "path", None) or "").strip("/ ")
	if asked not in (*_HOME, context.path):
		context.no_cache = 1
