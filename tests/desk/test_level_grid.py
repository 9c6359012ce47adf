"""The clearances of a confidentiality level are read without opening a row (P-2)."""

import pytest

pytestmark = pytest.mark.clause("P-2")

PASSWORD = "Regenbogen-Kahn-42"
CUT = """() => [...document.querySelectorAll(
	"[data-fieldname=clearances] .grid-heading-row .static-area, [data-fieldname=clearances] .grid-body [data-fieldname=role] .static-area"
)]
	.filter((each) => each.offsetParent && each.scrollWidth > each.clientWidth)
	.map((each) => `${each.textContent.trim()}: ${each.clientWidth} of ${each.scrollWidth}`)"""


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_no_clearance_is_cut(login, make_user, language, shoot):
	user = make_user("Client Communications Manager", password=PASSWORD, language=language)
	page = login(user, PASSWORD)
	page.set_viewport_size({"width": 1280, "height": 900})
	page.goto("/app/confidentiality-level/Confidential")
	row = page.locator("[data-fieldname=clearances] .grid-body [data-fieldname=role]").first
	row.scroll_into_view_if_needed()
	shoot(page, language)
	heads = page.locator("[data-fieldname=clearances] .grid-heading-row .static-area:visible")
	assert heads.count() >= 8  # the role and seven marks
	assert page.evaluate(CUT) == []
