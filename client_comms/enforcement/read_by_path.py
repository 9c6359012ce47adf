"""Functions that open a file of the server by a path that a request or a row names, and ask none of its Files (P-2, D-6).

Ours stand around them, so that whatever calls them asks: a whitelisted function, the method of a document, a job.
"""

from collections.abc import Callable

from frappe.utils import get_files_path

from client_comms.enforcement.doctypes import file


def get_file_path(previous: Callable, file_name: str, *args, **kwargs):
	"""Frappe's path of a name or an address, by which ERPNext reads code lists and, for everyone who names any import, bank statements."""
	path = previous(file_name, *args, **kwargs)
	if path:
		file.require_path(path)
	return path


def get_serial_batch_from_csv(previous: Callable, item_code: str, file_path: str, *args, **kwargs):
	"""ERPNext shows a table as serial numbers, and makes them; on version 16, whatever is at the path, wherever it is attached."""
	if file_path:
		file.require_named(file_path)
	return previous(item_code, file_path, *args, **kwargs)


def download_zip(previous: Callable, files: list, *args, **kwargs):
	"""ERPNext collects electronic invoices of Italy by the names in their rows, which can be those of other files."""
	for each in files:
		file.require_path(get_files_path(each.file_name, is_private=each.is_private))
	return previous(files, *args, **kwargs)
