"""What became of Frappe's own tests is read from `unittest` itself, in both versions."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"
TESTS = """
import io, json, sys, unittest

import upstream_outcomes


class LinkExistsError(Exception): pass


class TestSome(unittest.TestCase):
	def test_that_passes(self): pass
	def test_that_fails(self): self.fail()
	def test_that_breaks(self): raise RuntimeError
	def test_that_deletes_evidence(self): raise LinkExistsError("It is linked with Client Interaction CI-1")
	def test_that_deletes_another(self): raise LinkExistsError("It is linked with Issue 1")
	@unittest.skip("not here")
	def test_that_is_skipped(self): pass
	@unittest.expectedFailure
	def test_that_fails_as_expected(self): self.fail()
	@unittest.expectedFailure
	def test_that_should_fail(self): pass
	def test_with_a_part_that_fails(self):
		for part in (1, 2, 3):
			with self.subTest(part): self.assertNotEqual(part, 2)


class TestNone(unittest.TestCase):
	@classmethod
	def setUpClass(cls): raise RuntimeError
	def test_that_never_begins(self): pass


found = {}
upstream_outcomes.record(found)
suite = unittest.TestSuite(map(unittest.defaultTestLoader.loadTestsFromTestCase, (TestSome, TestNone)))
unittest.TextTestRunner(stream=io.StringIO()).run(suite)
print(json.dumps(found))
"""


def test_each_test_has_its_outcome():
	done = subprocess.run(
		[sys.executable, "-c", TESTS], env={"PYTHONPATH": str(SCRIPTS)}, capture_output=True, check=True
	)
	found = json.loads(done.stdout)
	assert found == {
		"TestSome.test_that_passes": "passed",
		"TestSome.test_that_fails": "failed",
		"TestSome.test_that_breaks": "failed",
		"TestSome.test_that_deletes_evidence": "kept",
		"TestSome.test_that_deletes_another": "failed",
		"TestSome.test_that_is_skipped": "skipped",
		"TestSome.test_that_fails_as_expected": "passed",
		"TestSome.test_that_should_fail": "failed",
		"TestSome.test_with_a_part_that_fails": "failed",
		"_ErrorHolder.setUpClass (__main__.TestNone)": "failed",
	}
