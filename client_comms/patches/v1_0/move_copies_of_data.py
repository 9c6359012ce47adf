"""Copies of clients' data are stored under random names from now on; those that exist had names that could be guessed."""

import os

import frappe

from client_comms.client_privacy.packages import archive
from client_comms.enforcement.data_packages import PACKAGE


def execute():
	guessable = {"attached_to_doctype": PACKAGE, "file_url": ("like", "/private/files/data-%.zip")}
	for file in frappe.get_all("File", guessable, ["name", "attached_to_name", "file_url"], order_by=None):
		package = frappe.get_doc(PACKAGE, file.attached_to_name)
		if not package.stored_as:
			archive.begin(package)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit (the new name is known before the file has it)
		if os.path.exists(old := frappe.get_site_path(file.file_url.lstrip("/"))):
			os.replace(old, archive.path_of(package))
			archive.measure(package)
		frappe.db.delete("File", {"name": file.name})
