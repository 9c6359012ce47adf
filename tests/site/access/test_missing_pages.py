"""The address that one visitor of the website asks for is not told to others (P-2)."""

import frappe
import pytest
from frappe.utils import set_request
from frappe.website.serve import get_response

from client_comms.enforcement.requests import missing_pages

pytestmark = pytest.mark.clause("P-2")


def page(path):
	set_request(method="GET", path=path)
	return get_response().get_data(as_text=True)


@pytest.mark.parametrize("path", ["files/Divorce-of-Anna.pdf", "client-interaction/CI-2099-00001"])
def test_the_page_for_what_is_not_found_names_no_address_of_someone_else(path, as_user):
	page(path)
	with as_user("Guest"):
		assert path not in page("something/else")


def test_a_page_under_its_own_address_is_kept():
	for asked, own, kept in (
		("about", "about", True),
		("/about/", "about", True),
		("", "home", True),
		("index", "home", True),
		("help/taxes", "help", False),
		("files/a.pdf", "404", False),
	):
		frappe.local.path = asked
		context = frappe._dict(path=own)
		missing_pages.keep_for_one(context)
		assert bool(context.no_cache) is not kept, (asked, own)
