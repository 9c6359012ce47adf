"""Frappe shows the texts in a report as HTML, and clients write subjects, names and addresses (P-2)."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.clause("P-2")

REPORTS = sorted((Path(__file__).parents[2] / "client_comms").glob("*/report/*/*.js"))


@pytest.mark.parametrize("file", REPORTS, ids=lambda file: file.stem)
def test_every_report_shows_its_cells_as_text(file):
	script = file.read_text()
	assert "client_comms.cell_html(" in script or "client_comms.report.formatter" in script


def test_every_report_has_a_script():
	folders = {file.parent.name for file in REPORTS}
	assert folders == {file.parent.name for file in REPORTS[0].parents[3].glob("*/report/*/*.json")}
