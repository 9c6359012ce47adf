"""A site of its own for the tests of this checkout, which leaves the bench as it found it.

Frappe is told of another bench: a temporary folder whose `sites` hold this one site, whose apps are
the bench's Frappe and ERPNext and this checkout's client_comms. Database, Redis keys and folder are
removed in the end, also after a failure.

Usage, to remove a site that was kept: throwaway_site.py FOLDER-VERSION
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from bench import Bench, BenchError, find_benches

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "test-results"
APPS = ["frappe", "erpnext", "client_comms"]
ADMIN_PASSWORD = "admin"

# Frappe ties the user to the host it connected from, as MariaDB sees it.
DROP_DATABASE_AND_USERS = """
DROP DATABASE IF EXISTS `NAME`;
SET @users = (SELECT GROUP_CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User = 'NAME');
EXECUTE IMMEDIATE IFNULL(CONCAT('DROP USER ', @users), 'DO 0');
"""

FORGET_REDIS_KEYS = """
import sys, redis
for url in sys.argv[2:]:
	connection = redis.from_url(url)
	for key in connection.scan_iter(f"*{sys.argv[1]}*", count=1000):
		connection.delete(key)
"""


class ThrowawaySite:
	"""`with ThrowawaySite(bench) as site:` then `site.python` and `site.environment` run tests on it.

	With `kept_in`, a folder, the site stays there and the next run brings it up to date instead of
	creating it again. `installed` are the apps on it besides Frappe and ERPNext. `label`, by default the
	version, is in the names of the log and of the folder of results: two sites at the same time have two.
	Raises BenchError, in one sentence, if no site can be created.
	"""

	def __init__(
		self,
		bench: Bench,
		kept_in: Path | None = None,
		installed: Sequence[str] = ("client_comms",),
		label: str = "",
	):
		self.bench = bench
		self.installed = installed
		self.kept_in = kept_in
		self.label = label or str(bench.version)
		self.log = RESULTS / f"site-{self.label}.log"

	def __enter__(self) -> "ThrowawaySite":
		RESULTS.mkdir(exist_ok=True)
		self.log.write_text("")
		# What can be wrong with the machine shows here, before there is anything to clean up.
		self.bench.check_services()
		_ = self.python
		try:
			self._open()
		except BaseException:
			self._close()
			raise
		return self

	def __exit__(self, *_exception) -> None:
		self._close()

	# What the tests need to know

	@cached_property
	def folder(self) -> Path:
		return self.kept_in or Path(tempfile.mkdtemp(prefix="client-comms-test-"))

	@cached_property
	def token(self) -> str:
		"""Twelve random characters in the names of the site, its database and its queues."""
		remembered = self.folder / "token"
		if not remembered.exists():
			remembered.write_text(secrets.token_hex(6))
		return remembered.read_text()

	@property
	def name(self) -> str:
		return f"cc-test-{self.token}.localhost"

	@property
	def database_name(self) -> str:
		return f"cc_test_{self.token}"

	@property
	def sites(self) -> Path:
		return self.folder / "sites"

	@cached_property
	def python(self) -> Path:
		"""Python of `.venv-site-15` (or 16): all the bench has, and what the tests need besides."""
		return site_python(self.bench, self.log)

	@property
	def environment(self) -> dict[str, str]:
		return {
			**os.environ,
			"PYTHONPATH": str(ROOT),  # before a client_comms that the bench may have
			"FRAPPE_BENCH_ROOT": str(self.folder),
			"SITES_PATH": str(self.sites),
			"CLIENT_COMMS_SITE": self.name,
			"CLIENT_COMMS_SITES_PATH": str(self.sites),
			"CLIENT_COMMS_RESULTS": str(RESULTS / self.label),
		}

	# Its life

	def _open(self) -> None:
		self.folder.mkdir(parents=True, exist_ok=True)
		complete = self.folder / "complete"
		if complete.exists():
			say(f"Bringing site {self.name} up to date")
			self._lay_out()
			self._frappe("migrate", "--skip-search-index")
			self._compile_translations()
			return

		say(f"Making site {self.name} with ERPNext and this checkout (about two minutes)")
		self._remove_site()
		self._lay_out()
		self._check_origin()
		self._frappe(
			"new-site",
			self.name,
			f"--db-name={self.database_name}",
			f"--db-root-password={self.bench.database.root_password}",
			f"--admin-password={ADMIN_PASSWORD}",
			"--install-app=erpnext",
			without_site=True,
		)
		self._configure()
		self._run([self.python, ROOT / "scripts" / "complete_setup.py", self.name])
		for app in self.installed:
			self._frappe("install-app", app)
		self._compile_translations()
		complete.touch()

	def _close(self) -> None:
		if self.kept_in:
			say(f"Site {self.name} stays in {self.kept_in}")
			return
		self.remove()

	def remove(self) -> None:
		"""The site and the folder, also of a site that was kept."""
		try:
			self._remove_site()
		finally:
			shutil.rmtree(self.folder, ignore_errors=True)

	def _remove_site(self) -> None:
		"""Database, database user, Redis keys and files of the site, as far as they exist."""
		name = self.database_name
		shutil.rmtree(self.sites, ignore_errors=True)
		self.bench.database.run(DROP_DATABASE_AND_USERS.replace("NAME", name))
		urls = [f"redis://{host}:{port}" for host, port in self.bench.redis.values()]
		self._run([self.python, "-c", FORGET_REDIS_KEYS, self.token, *urls], folder=ROOT)

	def _lay_out(self) -> None:
		"""The folder of a bench, as far as Frappe looks at one."""
		for part in ("sites/assets", "logs", "config", "apps"):
			(self.folder / part).mkdir(parents=True, exist_ok=True)
		config = {key: value for key, value in self.bench.config.items() if key != "default_site"}
		config["bench_id"] = self.name  # a worker of the bench leaves its jobs alone
		(self.sites / "common_site_config.json").write_text(json.dumps(config, indent=1))
		apps = list(dict.fromkeys([*APPS, *self.installed]))
		(self.sites / "apps.txt").write_text("\n".join(apps) + "\n")
		for app in apps:
			source = ROOT if app == "client_comms" else self.bench.path / "apps" / app
			link(self.folder / "apps" / app, source)

		assets = self.sites / "assets"
		for asset in (self.bench.path / "sites" / "assets").glob("*"):
			if asset.name == "locale":  # compiled translations are written here
				# Those of this app are compiled from the checkout.
				others = shutil.ignore_patterns("client_comms.mo")
				shutil.copytree(asset, assets / "locale", dirs_exist_ok=True, ignore=others)
			elif asset.name != "client_comms":
				link(assets / asset.name, asset)
		link(assets / "client_comms", ROOT / "client_comms" / "public")

	def _check_origin(self) -> None:
		found = self._run(
			[self.python, "-c", "import client_comms; print(client_comms.__file__)"], capture=True
		)
		if Path(found.strip()).resolve() != ROOT / "client_comms" / "__init__.py":
			raise BenchError(f"Python imports client_comms from {found.strip()}, not from this checkout")

	def _configure(self) -> None:
		file = self.sites / self.name / "site_config.json"
		config = json.loads(file.read_text())
		config.update(
			allow_tests=True,
			developer_mode=0,  # tests must not write into the apps
			mute_emails=1,
			pause_scheduler=1,
			throttle_user_limit=10_000,
		)
		file.write_text(json.dumps(config, indent=1))

	def _compile_translations(self) -> None:
		if any((ROOT / "client_comms" / "locale").glob("*.po")):
			self._frappe("compile-po-to-mo", "--app", "client_comms", without_site=True)

	def _frappe(self, command: str, *arguments: str, without_site: bool = False) -> None:
		site = [] if without_site else ["--site", self.name]
		self._run(
			[self.python, "-m", "frappe.utils.bench_helper", "frappe", *site, command, *arguments],
			name=command,
		)

	def _run(self, command, *, folder: Path | None = None, name="", capture=False) -> str:
		return run_logged(
			command, self.log, cwd=folder or self.sites, env=self.environment, name=name, capture=capture
		)


def kept_folder(bench: Bench) -> Path | None:
	"""Where the environment says that the bench's site stays from one run to the next."""
	given = os.environ.get("CLIENT_COMMS_TEST_SITES")
	return Path(f"{given}-{bench.version}").resolve() if given else None


def site_python(bench: Bench, log: Path) -> Path:
	"""Make the bench's `.venv-site-…` if it is missing or out of date, and return its Python.

	The bench's own environment is read, never written: a .pth file brings in its packages.
	"""
	venv = ROOT / f".venv-site-{bench.version}"
	python = venv / "bin" / "python"
	stamp = venv / "made-from"
	made_from = f"{bench.path}\n{(ROOT / 'pyproject.toml').read_text()}"
	if stamp.exists() and stamp.read_text() == made_from:
		return python

	say(f"Making {venv.name} from the bench's environment")
	packages = run_logged(
		[bench.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], log, capture=True
	).strip()
	run_logged([bench.python, "-m", "venv", "--clear", venv], log)
	own = run_logged(
		[python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], log, capture=True
	).strip()
	(Path(own) / "bench.pth").write_text(f"import site; site.addsitedir({packages!r})\n")
	run_logged(
		[python, "-m", "pip", "install", "--quiet", "--editable", f"{ROOT}[test,desk]"], log, name="pip"
	)
	stamp.write_text(made_from)
	return python


def run_logged(command, log: Path, *, cwd=None, env=None, name="", capture=False) -> str:
	"""Run a command, its output in the log; BenchError with the log's last lines if it fails."""
	command = [str(part) for part in command]
	with log.open("a") as output:
		done = subprocess.run(
			command,
			cwd=cwd,
			env=env,
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE if capture else output,
			stderr=output,
			text=True,
		)
	if done.returncode:
		last_lines = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
		print(last_lines, file=sys.stderr, flush=True)
		raise BenchError(f"{name or Path(command[0]).name} failed, see {log}")
	return done.stdout or ""


def link(path: Path, target: Path) -> None:
	path.unlink(missing_ok=True)
	path.symlink_to(target)


def say(sentence: str) -> None:
	print(sentence, flush=True)


def remove_kept(folder: Path) -> None:
	"""The site that a run kept in a folder whose name ends with the version of its bench."""
	benches, _problems = find_benches()
	version = folder.name.rpartition("-")[2]
	bench = next((bench for number, bench in benches.items() if str(number) == version), None)
	if not bench:
		sys.exit(f"There is no bench of version {version} any more to remove the site in {folder} from")
	ThrowawaySite(bench, folder).remove()


if __name__ == "__main__":
	remove_kept(Path(sys.argv[1]).resolve())
