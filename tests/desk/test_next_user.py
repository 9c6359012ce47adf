"""Who uses a browser next is not shown what it kept of the last user (P-2)."""

import pytest

from client_comms import compat

pytestmark = pytest.mark.clause("P-2")

PASSWORD = "Regenbogen-Kahn-42"
NOTIFICATIONS = "frappe.desk.doctype.notification_log.notification_log.get_notification_logs"
ASK = f"""() => fetch("/api/method/{NOTIFICATIONS}?limit=20").then((answer) => answer.text())"""
SECRET = "The roof of Anna"


@pytest.mark.skipif(not compat.is_version_16(), reason="browsers keep these answers of version 16 alone")
def test_notifications_of_the_last_user(site, make_user, login, removed):
	first, second = (make_user("Frontline Staff", password=PASSWORD) for _user in range(2))
	notice = site.get_doc(
		{
			"doctype": "Notification Log",
			"type": "Alert",
			"for_user": first,
			"subject": SECRET,
			"from_user": first,
		}
	).insert(ignore_permissions=True)
	removed("Notification Log", notice.name)
	site.db.commit()
	page = login(first, PASSWORD)
	page.goto("/me")
	assert SECRET in page.evaluate(ASK)

	page.context.request.get("/api/method/logout")
	answer = page.context.request.post("/api/method/login", form={"usr": second, "pwd": PASSWORD})
	assert answer.ok
	assert (
		page.evaluate('() => fetch("/api/method/frappe.auth.get_logged_user").then((a) => a.text())').find(
			second
		)
		> 0
	)
	assert SECRET not in page.evaluate(ASK)
