"""What a browser keeps of an answer is shown again without a request (P-2): for minutes or hours, also to the next user of the same browser,
or after its user has logged out.

Frappe lets browsers keep private files, and in version 16 notifications, events, previews and what a link field offers. Files are asked for again each
time, which costs no transfer as long as they stay the same; other answers are kept for the session in which they were given.
"""

import frappe

_CACHE, _SENT_BY_WEB_SERVER = "Cache-Control", "X-Accel-Redirect"


def after_request(response=None, request=None) -> None:
	"""Does not query the database."""
	if response is None:
		return
	# What methods ask for is written over the headers of the answer after this, its Vary as well; Frappe's own is Origin.
	asked = getattr(frappe.local, "response_headers", None)
	vary = [each for headers in (response.headers, asked) if headers for each in headers.getlist("Vary")]
	for headers in (response.headers, asked):
		kept = (headers.get(_CACHE) if headers else None) or ""
		if "private" in kept and "max-age" in kept:
			headers["Vary"] = ", ".join(dict.fromkeys(["Cookie", "Origin", *vary]))
			if _SENT_BY_WEB_SERVER in headers:
				headers[_CACHE] = "private,no-cache"
