"""Copies of clients' data are stored under random names from now on; those that exist had names that could be guessed.

Users could make a row of any address: only that of a package's own name is its copy.
"""

import os

import frappe

from client_comms.client_privacy.packages import archive
from client_comms.enforcement.data_packages import PACKAGE


def execute():
	guessable = {"attached_to_doctype": PACKAGE, "file_url": ("like", "/private/files/data-%.zip")}
	for file in frappe.get_all("File", guessable, ["name", "attached_to_name", "file_url"], order_by=None):
		is_own = file.file_url == f"/private/files/data-{file.attached_to_name}.zip"
		if is_own and "/" not in file.attached_to_name:
			_move(file.attached_to_name, frappe.get_site_path(file.file_url.lstrip("/")))
		frappe.db.delete("File", {"name": file.name})


def _move(name: str, old: str) -> None:
	if not frappe.db.exists(PACKAGE, name):
		if os.path.exists(old):
			os.remove(old)  # it should have gone with its package
		return
	package = frappe.get_doc(PACKAGE, name)
	if not package.stored_as:
		archive.begin(package)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (the new name is known before the file has it)
	if os.path.exists(old):
		os.replace(old, archive.path_of(package))
		archive.measure(package)
