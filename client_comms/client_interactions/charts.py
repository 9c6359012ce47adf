"""Line charts as SVG, for prints: values with their centre and limits."""

from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 520, 120, 8


def line(series: dict) -> str:
	"""An SVG of a series.

	:param series: `{"values", "centre", "lower", "upper"}` as `feedback_figures.series` makes it; values may be None
	"""
	values = series["values"]
	limits = [*(series.get("upper") or ()), *(series.get("lower") or ()), series.get("centre")]
	known = [each for each in (*values, *limits) if each is not None]
	top = max(known, default=1) or 1
	parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" role="img">']
	for name, colour in (("upper", "#cb2929"), ("lower", "#cb2929")):
		parts.append(_path(series.get(name) or (), top, colour, dashed=True))
	if series.get("centre") is not None:
		parts.append(_path([series["centre"]] * len(values), top, "#7c7c7c"))
	parts.append(_path(values, top, "#2490ef"))
	parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="#2490ef"/>' for x, y in _points(values, top)]
	return "".join([*parts, "</svg>"])


def _path(values: Sequence[float | None], top: float, colour: str, dashed: bool = False) -> str:
	points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _points(values, top))
	dash = ' stroke-dasharray="4 3"' if dashed else ""
	return f'<polyline points="{points}" fill="none" stroke="{colour}"{dash}/>' if points else ""


def _points(values: Sequence[float | None], top: float) -> list[tuple[float, float]]:
	step = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)
	room = HEIGHT - 2 * MARGIN
	return [
		(MARGIN + number * step, MARGIN + room * (1 - value / top))
		for number, value in enumerate(values)
		if value is not None
	]
