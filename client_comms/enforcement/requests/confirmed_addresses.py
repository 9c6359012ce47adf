"""A login through another server, by an address that this server has not confirmed (D-5, P-2): anyone can enter that of a client or a colleague there.

Frappe means to refuse it, but is satisfied if there is an address.
"""

import frappe
from frappe import _
from frappe.utils import oauth

from client_comms.i18n import bold

# As OpenID Connect calls it, and Google's older interface, which Frappe asks.
_SAYS = ("email_verified", "verified_email")
_YES = ("true", "1")


def require(get_info, provider: str, *args, **kwargs) -> dict:
	"""Around what is asked of the other server at each login.

	:raises frappe.AuthenticationError: the server says that the address is not confirmed; many say nothing
	"""
	info = get_info(provider, *args, **kwargs)
	said = [info[field] for field in _SAYS if info.get(field) is not None]
	if any(str(each).lower() not in _YES for each in said):
		frappe.throw(
			_("{0} says that the address {1} is not confirmed. Confirm it there, then log in again.").format(
				bold(provider), bold(oauth.get_email(info))
			),
			exc=frappe.AuthenticationError,
			title=_("Not Permitted"),
		)
	return info
