"""No module has more than 400 lines, except tables."""

from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "client_comms"
LIMIT = 400
# Data: reading them means looking something up.
TABLES = {
	"demo/scenario.py",
	"demo/stories.py",
	"hooks.py",
	"procedure.py",
	"rules/reply_words.py",
	"scorecard/clauses.py",
}


def test_modules_are_small_enough_to_be_read():
	lines = {
		file.relative_to(APP).as_posix(): len(file.read_text(encoding="utf-8").splitlines())
		for suffix in ("py", "js")
		for file in APP.rglob(f"*.{suffix}")
	}
	large = {name for name, count in lines.items() if count > LIMIT}
	assert large == TABLES
