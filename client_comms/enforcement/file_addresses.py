"""Where the address of a File leads on the disk of the server (P-2, D-6).

Frappe reads whatever is there below the folder of the site: an address with dots leads to the configuration with the password of the database,
to keys, and to mail that waits to be processed. Among the uploaded files, there can be some that no row shows, such as those that a killed
process has left; of these, it is not known whose they are.
"""

import os

from frappe.utils import get_files_path

from client_comms import flags

PRIVATE, PUBLIC = "/private/files/", "/files/"
_COARSE = 1  # second: the times of a disk are not those of the processor


def of_path(path: str) -> str | None:
	"""The address of a path: one with dots, or a bare file name, leads to the same file. None outside of the folders of uploaded files."""
	path = os.path.abspath(path)
	for address, folder in ((PRIVATE, get_files_path(is_private=1)), (PUBLIC, get_files_path())):
		begin = os.path.join(os.path.abspath(folder), "")
		if path.startswith(begin):
			return address + path[len(begin) :]
	return None


def is_unknown(path: str, rows: list) -> bool:
	"""Whether what is at a path is not for the session user because no row of its address shows it, whether or not there is anything: so a
	guess is not answered.

	:param rows: those of its address
	"""
	address = of_path(path)
	if not address:
		return True
	if address.startswith(PUBLIC) or any(row.file_url == address for row in rows):
		return False
	from client_comms.enforcement import guards  # a worker loads this module for each job

	return guards.is_restricted() and not _is_just_written(path)


def _is_just_written(path: str) -> bool:
	"""Whether this request or job has written the file itself, as many functions do before they insert its row."""
	began = flags.began()
	try:
		return not began or os.stat(path).st_ctime >= began - _COARSE
	except OSError:
		return False
