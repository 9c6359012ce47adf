"""Files of others that are named after an erased client (P-2): they keep their content, at an address without the name."""

import hashlib
import os
from collections.abc import Callable

import frappe

from client_comms.rules.erased_texts import REPLACEMENT

FILE = "File"
_LOCAL = ("/files/", "/private/files/")
_ADDRESSES = ("file_url", "thumbnail_url")


def follow(row: dict, new: dict, stays: Callable[[dict], bool]) -> bool:
	"""Move the content of a file to where its row will say it is. Repeatable: what was moved before a run was interrupted is found again.

	:param row: of File
	:param new: fieldname → value that it gets; changed here where the content is elsewhere
	:param stays: whether a row of File is to stay as it is
	:returns: whether the address stays, because another row that stays shows the same content
	"""
	if "file_name" in new:
		new["file_name"] = new["file_name"] or REPLACEMENT
	for field in _ADDRESSES:
		before, after = row.get(field), new.get(field)
		if not (before and after and before.startswith(_LOCAL)):
			continue
		owner = ["name", "attached_to_doctype", "attached_to_name"]
		if any(stays(other) for other in frappe.get_all(FILE, {field: before}, owner, order_by=None)):
			for each in _ADDRESSES:
				new.pop(each, None)
			return True
		new[field] = _moved(before, after)
	return False


def _moved(before: str, after: str) -> str:
	"""Move a file; returns its address. Where another one is at that already, a part of a hash is added, the same each time."""
	stem, ending = os.path.splitext(after)
	apart = f"{stem}-{hashlib.sha256(before.encode()).hexdigest()[:8]}{ending}"
	if not os.path.exists(_path(before)):
		return apart if os.path.exists(_path(apart)) else after
	address = apart if os.path.exists(_path(after)) else after
	os.rename(_path(before), _path(address))
	return address


def _path(address: str) -> str:
	about = {"file_url": address, "file_name": os.path.basename(address)}
	return frappe.get_doc({"doctype": FILE, **about}).get_full_path()
