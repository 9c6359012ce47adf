"""The result of the health check for a page or a script, and for monitoring."""

from dataclasses import asdict

import frappe

from client_comms.health import Line


def as_dicts(lines: list[Line]) -> list[dict]:
	"""For JSON; without a route that the session user cannot open."""
	return [{**asdict(line), "ok": line.ok, "route": _reachable(line.route)} for line in lines]


def _reachable(route: tuple[str, ...]) -> tuple[str, ...]:
	is_document = route and route[0] in ("List", "Form")
	return () if is_document and not frappe.has_permission(route[1]) else route


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
