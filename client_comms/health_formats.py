"""The result of a health check, and the form in which a page, a script or monitoring gets it."""

from dataclasses import asdict, dataclass, field
from datetime import timedelta

import frappe

from client_comms.people import page_access

RECENT = timedelta(days=7)  # of errors that are worth a line


@dataclass(frozen=True, slots=True)
class Line:
	"""What was checked and its result; `faults` says what is wrong and what to do, and is empty if all is well.

	:param key: a stable name for monitoring
	:param route: where in the desk to look, for `frappe.set_route`
	:param next_step: what to do before the check can say anything; not a fault
	:param figures: what was measured, by name; the name ends with the unit
	"""

	key: str
	title: str
	text: str
	faults: tuple[str, ...] = ()
	route: tuple[str, ...] = ()
	figures: dict[str, float] = field(default_factory=dict)
	next_step: str = ""

	@property
	def ok(self) -> bool:
		return not self.faults


def as_dicts(lines: list[Line]) -> list[dict]:
	"""For JSON; without a route that the session user cannot open: where there is something to do, `help` says who can."""
	return [{**asdict(line), "ok": line.ok, **_way(line)} for line in lines]


def _way(line: Line) -> dict:
	is_document = line.route[:1] in (("List",), ("Form",))
	if not line.route or (is_document and frappe.has_permission(line.route[1])):
		return {"route": line.route, "help": []}
	refused = page_access.refusal(line.route[1] if is_document else line.route[0])
	to_do = line.faults or line.next_step
	return {
		"route": () if is_document or refused else line.route,
		"help": refused.get("sentences", []) if to_do else [],
	}


def prometheus(lines: list[Line]) -> str:
	"""The lines in the text format of Prometheus, for its node exporter's textfile collector."""
	found = ["# TYPE client_comms_ok gauge"]
	found += [
		f'client_comms_ok{{check="{line.key}",site="{frappe.local.site}"}} {int(line.ok)}' for line in lines
	]
	for line in lines:
		for name, value in line.figures.items():
			metric = f"client_comms_{name}"
			found += [f"# TYPE {metric} gauge", f'{metric}{{site="{frappe.local.site}"}} {value}']
	return "\n".join(found) + "\n"
