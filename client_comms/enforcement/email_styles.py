"""Styles that the text of an email names (D-6, P-2): Frappe reads any from the disk of the server, or asks another server for them, when the email is
written, such as a reply that quotes a client. An email that names one that does not exist could not be sent."""

from client_comms.enforcement import compose


def with_own_styles(inline_styles, *args, **kwargs) -> str:
	"""Around Frappe's: an email gets the styles that apps bring (`email_css`), and what stands in itself."""
	from cssutils import util
	from premailer import Premailer

	compose.around(Premailer, "_load_external", _of_apps)
	compose.around(util, "_defaultFetcher", _imports_nothing)  # `@import`
	return inline_styles(*args, **kwargs)


def _of_apps(load, premailer, address: str) -> str:
	return load(premailer, address) if address in (premailer.external_styles or ()) else ""


def _imports_nothing(_fetch, _address: str) -> None:
	return None
