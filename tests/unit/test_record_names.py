"""Which patterns of names show what is in a record (P-2)."""

import pytest

from client_comms.rules import record_names

FIELDS = ("subject", "party", "company", "naming_series", "occurred_on")


@pytest.mark.parametrize(
	"pattern",
	[
		"field:subject",
		"Field:party",
		"field:title_of_another_app",
		"prompt",
		"Prompt",
		"format:CI-{subject}-{####}",
		"format:{YYYY}{party}",
		"CI-.subject.-.####",
		"CI-.{subject}.-.####",
		"{subject}.####",
		"CI-.occurred_on.####",
	],
)
def test_shown(pattern):
	assert record_names.show_content(pattern, FIELDS)


@pytest.mark.parametrize(
	"pattern",
	[
		None,
		"",
		"hash",
		"autoincrement",
		"UUID",
		"naming_series:",
		"CI-.YYYY.-.#####",
		"format:CI-{YYYY}-{company}-{####}",
		"CI-.company.-.####",
		"subject-.####",
		"format:subject-{####}",
	],
)
def test_not_shown(pattern):
	assert not record_names.show_content(pattern, FIELDS)
