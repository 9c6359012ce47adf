"""The dialog that logs from anywhere, and the button that opens it."""


def log_button(page):
	return page.locator(".client-comms-log:visible button, .client-comms-log:visible .item-anchor").first


def ready(page):
	"""Wait until a list is there: as it appears, Frappe closes every dialog."""
	log_button(page).wait_for()
	page.wait_for_load_state("networkidle")


def opened(page):
	dialog = page.locator(".modal.show").first
	dialog.locator("[data-fieldname=caller] input").wait_for()
	page.wait_for_function("() => window.cur_dialog?.display")  # while it fades in, Escape does not close it
	return dialog
