"""What all pages behind clients' links have in common: looking at one changes nothing, and tells nothing without a valid link (P-3)."""

from collections.abc import Callable
from typing import TypeVar

import frappe

from client_comms.exceptions import LinkNotValidError
from client_comms.i18n import set_page_language

_Found = TypeVar("_Found")


def opened(
	context,
	title: Callable[[], str],
	find: Callable[[str | None], _Found],
	language: Callable[[_Found], str | None],
) -> _Found | None:
	"""Prepare the page for the link in its address, in the link's language, otherwise in the reader's.

	:param title: translates it; called once the language is known
	:param find: what the link is to, by its token; raises `LinkNotValidError`
	:returns: what `find` returned; None if the link is not valid, which the page says with status 403
	"""
	context.update({"no_cache": 1, "no_breadcrumbs": True, "hide_footer_signup": True, "page": None})
	# The address holds the secret: it must not travel on to other sites, nor be kept by search engines.
	context.metatags = {"robots": "noindex, nofollow", "referrer": "no-referrer"}
	context.token = frappe.form_dict.get("token")
	try:
		found = find(context.token)
	except LinkNotValidError:
		frappe.clear_messages()
		context.http_status_code = 403
		found = None
	set_page_language(context, language(found) if found else None)
	context.title = title()
	return found
