"""What a request does with several documents: one message says for each that was refused why, by its name (R-2)."""

from collections.abc import Callable, Iterable

import frappe
from frappe import _

from client_comms import transactions
from client_comms.i18n import bold

_REFUSALS = (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError)


def each(names: Iterable[str], do: Callable[[str], None]) -> None:
	"""Call `do` with each; what one of them wrote before it was refused is undone, and the others go on.

	:raises frappe.ValidationError: all of them were refused
	"""
	names, refused = list(names), {}
	for name in names:
		told = len(frappe.local.message_log)
		with transactions.part(only=_REFUSALS) as part:
			do(name)
		if part.error:
			refused[str(name)] = why(frappe.local.message_log[told:]) or str(part.error)
			del frappe.local.message_log[told:]
	if refused:
		tell(refused, len(names))


def tell(refused: dict[str, str], of: int) -> None:
	"""
	:param refused: name → why
	:raises frappe.ValidationError: all of them were refused
	"""
	raises = frappe.ValidationError if len(refused) == of else 0
	frappe.msgprint(
		lines(refused), title=title(refused), as_list=True, indicator="orange", raise_exception=raises
	)


def lines(refused: dict[str, str]) -> list[str]:
	return [f"{bold(name)}: {reason}" for name, reason in refused.items()]


def title(refused: dict[str, str]) -> str:
	return _("{0} Not Changed").format(len(refused))


def why(messages: list) -> str | None:
	"""What was said last; with the refusal, Frappe also keeps what was said before it."""
	said = [frappe.parse_json(each).get("message") for each in messages]
	return next(filter(None, reversed(said)), None)
