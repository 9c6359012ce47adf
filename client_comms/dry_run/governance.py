"""The procedure for a dry run: the shipped one, or one from a file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from client_comms import procedure as shipped
from client_comms.dry_run.problems import UnusableInput
from client_comms.rules import access
from client_comms.rules.business_hours import WEEKDAYS, Window
from client_comms.rules.classification import SourceRule
from client_comms.rules.documentation import Method
from client_comms.rules.messages import RuleError
from client_comms.rules.response_clock import Terms
from client_comms.rules.working_time import WorkingCalendar

_ACTION_OF_CHECK = {f"can_{action}": action for action in access.ACTIONS if action != access.DELETE}

# If a file contains rows under the name of their DocType, as fixtures do.
_KEY_OF_DOCTYPE = {
	"Confidentiality Level": "levels",
	"Communication Type": "communication_types",
	"Documentation Method": "documentation_methods",
}


@dataclass(frozen=True, slots=True)
class Procedure:
	"""A matrix version and everything to which it refers, as input for the rules."""

	version_label: str
	policy: access.Policy
	level_of: Mapping[str, str]
	terms_of: Mapping[str, Terms]
	methods_of: Mapping[str, tuple[Method, ...]]
	closing_types: frozenset[str]
	source_rules: tuple[SourceRule, ...]
	default_type: str

	@classmethod
	def shipped(cls) -> "Procedure":
		"""The procedure as the app ships it."""
		return cls.from_rows(shipped.MATRIX)

	@classmethod
	def from_rows(cls, rows: Mapping) -> "Procedure":
		"""Build it from `rows` in the format of `client_comms.procedure.MATRIX` (M-1).

		The optional keys levels, communication_types, documentation_methods, source_rules and
		default_type replace the shipped ones. Raises `UnusableInput` for incomplete or contradictory rows.
		"""
		label = str(rows.get("version_label") or rows.get("name") or "unnamed")
		levels = _levels(rows.get("levels") or shipped.LEVELS)
		types = {
			_needed(row, "type_name", "communication type"): row
			for row in rows.get("communication_types") or shipped.COMMUNICATION_TYPES
		}
		methods = {
			(name := _needed(row, "method_name", "documentation method")): Method(
				name, row.get("evidence") or ""
			)
			for row in rows.get("documentation_methods") or shipped.DOCUMENTATION_METHODS
		}
		level_of, terms_of = {}, {}
		for row in rows.get("rules") or ():
			name = _needed(row, "communication_type", "matrix rule")
			level_of[name] = _known(_needed(row, "confidentiality_level", "matrix rule"), levels, "level")
			days = _days(row, "acknowledge_within_days"), _days(row, "respond_within_days")
			# A type without a description expects a reply if the matrix gives it a deadline.
			expects_reply = bool(types[name].get("expects_reply")) if name in types else any(days)
			terms_of[name] = Terms(*days, expects_reply=expects_reply)
		if not level_of:
			raise UnusableInput("The matrix has no rules.")

		owed: dict[str, tuple[Method, ...]] = {}
		for row in rows.get("documentation") or ():
			name = _needed(row, "communication_type", "documentation row")
			method = _known(
				_needed(row, "documentation_method", "documentation row"), methods, "documentation method"
			)
			if row.get("channel") in (None, "", shipped.EMAIL):  # a mailbox holds nothing else
				owed[name] = (*owed.get(name, ()), methods[method])
		roles: dict[tuple[str, str], frozenset[str]] = {}
		for row in rows.get("parties") or ():
			key = label, _needed(row, "communication_type", "responsible party")
			roles[key] = roles.get(key, frozenset()) | _responsible_role(row)
		return cls(
			version_label=label,
			policy=access.Policy(levels, roles),
			level_of=level_of,
			terms_of=terms_of,
			methods_of=owed,
			closing_types=frozenset(name for name, row in types.items() if row.get("is_closure")),
			source_rules=tuple(_source_rule(row) for row in rows.get("source_rules", shipped.SOURCE_RULES)),
			default_type=rows.get("default_type") or shipped.DEFAULT_TYPE,
		)


def load_procedure(path: Path) -> Procedure:
	"""Read a procedure from JSON: rows as in `client_comms.procedure`, or documents exported from ERPNext.

	Raises `UnusableInput` with the file's name for anything else.
	"""
	try:
		return Procedure.from_rows(_matrix_rows(_json(path)))
	except UnusableInput as error:
		raise UnusableInput(f"{path}: {error}") from error
	except (AttributeError, TypeError, ValueError) as error:
		raise UnusableInput(f"{path}: this is not a communication matrix.") from error


def load_calendar(path: Path | None, time_zone: str | None, holidays: Iterable[date]) -> WorkingCalendar:
	"""Build the calendar from JSON in the format of a Response Calendar, or the shipped one without a `path`.

	`time_zone` overrides the file's (default: UTC); `holidays` are added to the dates under "holidays", which are
	dates or rows of a Holiday List. Raises `UnusableInput` for an invalid calendar.
	"""
	where = f"{path}: " if path else ""
	try:
		rows = _document(_json(path)) if path else shipped.DEFAULT_CALENDAR
		windows = [
			Window(WEEKDAYS.index(row["weekday"]), _time(row["start_time"]), _time(row["end_time"]))
			for row in rows["hours"]
		]
		listed, half = list(holidays), []
		for row in rows.get("holidays") or ():
			if isinstance(row, dict):
				(half if row.get("is_half_day") else listed).append(date.fromisoformat(row["holiday_date"]))
			else:
				listed.append(date.fromisoformat(row))
		return WorkingCalendar(
			time_zone or rows.get("time_zone") or "UTC",
			windows,
			listed,
			rows.get("counting") or shipped.DEFAULT_CALENDAR["counting"],
			half_holidays=half,
		)
	except (RuleError, UnusableInput) as error:
		raise UnusableInput(f"{where}{error}") from error
	except (AttributeError, KeyError, TypeError, ValueError) as error:
		raise UnusableInput(f"{where}this is not a response calendar.") from error


def _json(path: Path) -> object:
	try:
		return json.loads(path.read_text(encoding="utf-8-sig"))
	except OSError as error:
		raise UnusableInput(f"it cannot be read: {error.strerror or error}.") from error
	except (ValueError, RecursionError) as error:
		raise UnusableInput(f"it is not JSON: {error}.") from error


def _document(data: object) -> dict:
	"""The document itself, which the REST API wraps in "data" or "message"."""
	if not isinstance(data, dict):
		raise UnusableInput("it contains no document.")
	return next((data[key] for key in ("data", "message") if isinstance(data.get(key), dict)), data)


def _matrix_rows(data: object) -> dict:
	"""One set of rows from a single document, or from a list of documents that also contains its levels."""
	if isinstance(data, dict) and isinstance(data.get("docs"), list):
		data = data["docs"]
	if not isinstance(data, list):
		return _document(data)
	of_doctype: dict[str, list[dict]] = {}
	for document in data:
		of_doctype.setdefault(document.get("doctype"), []).append(document)
	matrices = of_doctype.get("Communication Matrix", [])
	if len(matrices) != 1:
		raise UnusableInput(
			f"it contains {len(matrices)} Communication Matrix documents, but must contain exactly one."
		)
	return {**matrices[0], **{key: of_doctype.get(name) for name, key in _KEY_OF_DOCTYPE.items()}}


def _levels(rows: Iterable[Mapping]) -> dict[str, access.Level]:
	levels = {}
	for row in rows:
		name = _needed(row, "level_name", "level")
		levels[name] = access.Level(
			name=name,
			rank=int(row.get("rank") or 0),
			need_to_know=row.get("need_to_know") or access.PARTICIPANTS,
			clearances=tuple(
				access.Clearance(
					role=_needed(each, "role", "clearance"),
					actions=frozenset(
						action for check, action in _ACTION_OF_CHECK.items() if each.get(check)
					),
					oversight=bool(each.get("oversight")),
				)
				for each in row.get("clearances") or ()
			),
			require_training=bool(row.get("require_training")),
			log_views=bool(row.get("log_views")),
		)
	return levels


def _responsible_role(row: Mapping) -> frozenset[str]:
	"""The role of a party; assigned staff have none, because they take part."""
	is_role = row.get("party", "Role") == "Role"
	return frozenset({_needed(row, "role", "responsible party")}) if is_role else frozenset()


def _source_rule(row: Mapping) -> SourceRule:
	return SourceRule(
		communication_type=_needed(row, "communication_type", "source rule"),
		source=row.get("source"),
		direction=row.get("direction"),
		issue_type=row.get("issue_type"),
		email_account=row.get("email_account"),
		subject_contains=row.get("subject_contains"),
	)


def _needed(row: Mapping, key: str, what: str) -> str:
	value = row.get(key)
	if not isinstance(value, str) or not value.strip():
		raise UnusableInput(f"A {what} has no {key}.")
	return value


def _known(name: str, names: Iterable[str], what: str) -> str:
	if name not in names:
		raise UnusableInput(f"{what} {name} does not exist. Use one of these: {', '.join(names)}.")
	return name


def _days(row: Mapping, key: str) -> float:
	value = row.get(key) or 0
	if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10_000:
		raise UnusableInput(
			f"{key} of {row['communication_type']} is {value!r}: enter business days, 0 or more."
		)
	return value


def _time(value: str) -> time:
	# ERPNext writes "9:00:00"; midnight at the end of a day is "00:00:00" there, "24:00" elsewhere.
	hours, minutes, seconds = (float(part) for part in (value + ":0:0").split(":")[:3])
	return time(0 if hours == 24 else int(hours), int(minutes), int(seconds))
