"""The benches on this machine, if there are any, and their services.

A bench is a folder with Frappe, ERPNext and a Python environment. `FRAPPE_BENCH_ROOT` names one, or several
separated by colons; by default they are `~/frappe-bench` and its siblings `~/frappe-bench-*`.
Python's standard library alone: this runs before anything is installed.
"""

import json
import os
import re
import shutil
import socket
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

VERSIONS = (15, 16)  # of Frappe, that the app promises to run on
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


class BenchError(Exception):
	"""One sentence for the person at the terminal: what is wrong, and what to do."""


@dataclass(frozen=True)
class Bench:
	path: Path

	@classmethod
	def at(cls, path: Path) -> "Bench":
		"""The bench in a folder; BenchError says what it lacks."""
		if not path.is_dir():
			raise BenchError(f"no bench at {path}")
		for part in ("apps/frappe", "apps/erpnext", "env/bin/python", "sites/common_site_config.json"):
			if not (path / part).exists():
				raise BenchError(f"the bench at {path} has no {part}")
		bench = cls(path.resolve())
		if bench.version not in VERSIONS:
			raise BenchError(f"the bench at {path} has version {bench.version} of Frappe")
		return bench

	@classmethod
	def find(cls, version: int | None = None) -> "Bench":
		"""One bench of this machine, the first unless a version is named; BenchError says why there is none."""
		benches, problems = find_benches()
		if not (bench := benches.get(version or next(iter(benches), None))):
			raise BenchError(
				"; ".join([*([f"no bench with version {version}"] if version else []), *problems])
			)
		return bench

	@cached_property
	def version(self) -> int:
		"""The first number of Frappe's version."""
		source = (self.path / "apps" / "frappe" / "frappe" / "__init__.py").read_text()
		stated = re.search(r"""^__version__ = ["'](\d+)""", source, re.MULTILINE)
		if not stated:
			raise BenchError(f"the Frappe of the bench at {self.path} does not state its version")
		return int(stated[1])

	@cached_property
	def config(self) -> dict:
		return json.loads((self.path / "sites" / "common_site_config.json").read_text())

	@property
	def python(self) -> Path:
		return self.path / "env" / "bin" / "python"

	@cached_property
	def database(self) -> "Database":
		return Database(
			host=self.config.get("db_host") or "127.0.0.1",
			port=int(self.config.get("db_port") or 3306),
			unix_socket=self.config.get("db_socket"),
			passwords=root_passwords(self.config),
		)

	@cached_property
	def redis(self) -> dict[str, tuple[str, int]]:
		"""Name in the config (`redis_cache`, …) to host and port; TCP addresses only."""
		addresses = {}
		for name in ("redis_cache", "redis_queue"):
			url = urlsplit(self.config.get(name) or "")
			if url.hostname:
				addresses[name] = (url.hostname, url.port or 6379)
		return addresses

	def check_services(self) -> None:
		"""BenchError unless Redis answers and MariaDB lets root in."""
		for name, (host, port) in self.redis.items():
			if not answers((host, port)):
				raise BenchError(f"{name} does not answer at {host}:{port}; start it")
		_ = self.database.root_password


def find_benches() -> tuple[dict[int, Bench], list[str]]:
	"""The benches of this machine, one for each version of Frappe, and what is wrong with the others."""
	if given := os.environ.get("FRAPPE_BENCH_ROOT"):
		paths = [Path(each).expanduser() for each in given.split(os.pathsep) if each]
	else:
		usual = Path.home() / "frappe-bench"
		paths = [usual, *sorted(usual.parent.glob(f"{usual.name}-*"))]
	benches: dict[int, Bench] = {}
	problems = []
	for path in paths:
		try:
			bench = Bench.at(path)
		except BenchError as problem:
			problems.append(str(problem))
			continue
		if bench.version in benches:
			problems.append(f"the bench at {path} is a second one with version {bench.version}")
		benches.setdefault(bench.version, bench)
	return benches, problems


def root_passwords(config: dict) -> list[str]:
	"""What to try for the root user of the database, in this order."""
	if (given := os.environ.get("DB_ROOT_PASSWORD")) is not None:
		return [given]
	return ["root", *filter(None, [config.get("root_password")])]


@dataclass(frozen=True)
class Database:
	"""MariaDB, reached as its root user through its own command-line client."""

	host: str
	port: int
	unix_socket: str | None
	passwords: list[str]

	@property
	def address(self) -> str:
		return self.unix_socket or f"{self.host}:{self.port}"

	def answers(self) -> bool:
		return answers(self.unix_socket or (self.host, self.port))

	@cached_property
	def root_password(self) -> str:
		"""The password that lets root in; BenchError if none does."""
		if not self.answers():
			raise BenchError(f"MariaDB does not answer at {self.address}; start it")
		for password in self.passwords:
			login = self._client("SELECT 1", password)
			if login.returncode == 0:
				return password
		refusal = login.stderr.strip().splitlines()[-1]
		raise BenchError(f"MariaDB at {self.address} does not let root in ({refusal}); set DB_ROOT_PASSWORD")

	def run(self, sql: str) -> None:
		"""Run statements as root; BenchError with MariaDB's own words if it refuses."""
		done = self._client(sql, self.root_password)
		if done.returncode:
			raise BenchError(f"MariaDB refused: {done.stderr.strip()}")

	def _client(self, sql: str, password: str) -> subprocess.CompletedProcess:
		program = shutil.which("mariadb") or shutil.which("mysql")
		if not program:
			raise BenchError("MariaDB's command-line client (mariadb) is not installed")
		where = (
			[f"--socket={self.unix_socket}"]
			if self.unix_socket
			else ["--protocol=tcp", f"--host={self.host}", f"--port={self.port}"]
		)
		return subprocess.run(
			[program, "--no-defaults", *where, "--user=root", f"--execute={sql}"],
			env={**os.environ, "MYSQL_PWD": password},
			stdin=subprocess.DEVNULL,
			capture_output=True,
			text=True,
		)


def answers(address: str | tuple[str, int]) -> bool:
	"""Whether something listens at a socket's path or at a host and port."""
	family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
	with socket.socket(family) as probe:
		probe.settimeout(3)
		return probe.connect_ex(address) == 0
