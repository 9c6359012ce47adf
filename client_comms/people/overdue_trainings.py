"""What is said about trainings that are not taken, to the user and to the manager role (R-1, T-1)."""

import frappe
from frappe import _
from frappe.utils import formatdate

from client_comms import alerts, compat, transactions
from client_comms.rules import training as rules

_NAMED = 10  # users in a notification about a team


def tell_managers(doctype: str, overdue: list[tuple[str, str, rules.State]]) -> None:
	"""Each holder of the manager role hears once of all trainings of others that are overdue."""
	for manager in sorted(alerts.managers()):
		of_others = [each for each in overdue if each[0] != manager]
		if not of_others:
			continue
		users = {user for user, _training, _state in of_others}
		with transactions.step("A reminder could not be sent", "User", manager):
			alerts.tell(
				[manager],
				lambda of_others=of_others: _team_sentence(of_others),
				doctype,
				of_others[0][1],
				link=_status_of(*users),
			)


def _team_sentence(overdue: list[tuple[str, str, rules.State]]) -> str:
	"""Who has which trainings overdue; a long list ends in a number, and the report has all of them."""
	if len(overdue) == 1:
		return sentence(*overdue[0])
	of_each: dict[str, list[str]] = {}
	for user, training, _state in overdue:
		of_each.setdefault(frappe.utils.get_fullname(user), []).append(training)
	named = [f"{name} ({', '.join(names)})" for name, names in sorted(of_each.items())]
	if len(named) > _NAMED:
		named = [*named[:_NAMED], _("{0} more").format(len(named) - _NAMED)]
	return _("Trainings are overdue ({0}): {1}").format(len(overdue), ", ".join(named))


def sentence(user: str, training: str, state: rules.State) -> str:
	name, day = frappe.utils.get_fullname(user), formatdate(state.until)
	if state.name in (rules.LAPSED, rules.OVERDUE):
		return _("The training {0} of {1} has been overdue since {2}").format(training, name, day)
	return _("The training {0} of {1} must be completed by {2}").format(training, name, day)


def _status_of(*users: str) -> str:
	"""Where supervisors see which trainings one user lacks, or all; they need not be allowed to open the user."""
	of_one = f"?user={frappe.utils.quote(users[0])}" if len(users) == 1 else ""
	return compat.desk_path(f"query-report/Training Status{of_one}")
