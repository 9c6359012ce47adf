"""What a census has found so far, in a file: a run that was stopped, killed or out of time goes on from there."""

import json
from dataclasses import asdict
from pathlib import Path

from client_comms.leak_check.census.census import Census, Finding

_BEGINS = '{"unit": '


class Kept:
	"""One line of JSON for each unit (a method, or the recipes about one).

	:param path: of the file; without one, nothing is kept
	"""

	def __init__(self, path: str | None = None):
		self._path = Path(path) if path else None
		self.parts: dict[str, Census] = {}
		if self._path and self._path.exists():
			self._read()

	def _read(self) -> None:
		"""
		:raises ValueError: the file holds something else
		"""
		text = self._path.read_text()
		whole = text[: text.rfind("\n") + 1]  # a run that was killed may have left half a line
		try:
			if text and not text.startswith(_BEGINS):
				raise ValueError
			for kept in map(json.loads, whole.splitlines()):
				kept["part"]["findings"] = [Finding(**each) for each in kept["part"]["findings"]]
				self.parts[kept["unit"]] = Census(**kept["part"])
		except (ValueError, KeyError, TypeError):
			raise ValueError(
				f"{self._path} holds no results of a census. Name another file with --keep."
			) from None
		if whole != text:
			self._path.write_text(whole)

	def add(self, unit: str, part: Census) -> None:
		self.parts[unit] = part
		if self._path:
			with self._path.open("a") as file:
				file.write(json.dumps({"unit": unit, "part": asdict(part)}) + "\n")
