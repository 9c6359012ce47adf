"""hooks.py is plain assignments, in which a name given twice silently loses what stood there first."""

import ast
from collections import Counter
from pathlib import Path

HOOKS = Path(__file__).resolve().parents[2] / "client_comms" / "hooks.py"


def test_no_hook_is_assigned_twice():
	tree = ast.parse(HOOKS.read_text())
	names = Counter(
		target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets
	)
	assert [name for name, times in names.items() if times > 1] == []


def test_no_key_of_a_hook_stands_twice():
	for node in ast.walk(ast.parse(HOOKS.read_text())):
		if isinstance(node, ast.Dict):
			keys = Counter(key.value for key in node.keys if isinstance(key, ast.Constant))
			assert [key for key, times in keys.items() if times > 1] == []
