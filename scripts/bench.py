"""The bench on this machine, if there is one, and its services.

A bench is a folder with Frappe, ERPNext and a Python environment: `FRAPPE_BENCH_ROOT`, by default
`~/frappe-bench`. Python's standard library alone: this runs before anything is installed.
"""

import json
import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


class BenchError(Exception):
	"""One sentence for the person at the terminal: what is wrong, and what to do."""


@dataclass(frozen=True)
class Bench:
	path: Path

	@classmethod
	def find(cls) -> "Bench":
		"""The bench of this machine; BenchError says what is missing."""
		given = os.environ.get("FRAPPE_BENCH_ROOT")
		path = Path(given) if given else Path.home() / "frappe-bench"
		if not path.is_dir():
			raise BenchError(f"no bench at {path}")
		for part in ("apps/frappe", "apps/erpnext", "env/bin/python", "sites/common_site_config.json"):
			if not (path / part).exists():
				raise BenchError(f"the bench at {path} has no {part}")
		return cls(path.resolve())

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
