"""What a browser keeps is not shown to its next user (P-2)."""

import pytest
import requests

from client_comms import compat

pytestmark = [pytest.mark.clause("P-2"), pytest.mark.committed]

PASSWORD = "Regenbogen-Kahn-42"
NOTIFICATIONS = (
	"/api/method/frappe.desk.doctype.notification_log.notification_log.get_notification_logs?limit=20"
)


@pytest.fixture
def session(http, make_user):
	"""Of a user of the desk."""
	user = make_user("Frontline Staff", password=PASSWORD)
	session = requests.Session()
	session.post(f"{http}/api/method/login", data={"usr": user, "pwd": PASSWORD}).raise_for_status()
	session.user = user
	return session


def test_a_private_file_is_asked_for_again(http, session, removed_file):
	"""As behind the web server of a bench, which sends the file itself."""
	answer = session.get(f"{http}{removed_file(session.user)}", headers={"X-Use-X-Accel-Redirect": "1"})
	assert answer.ok and answer.headers["X-Accel-Redirect"]
	kept = answer.headers["Cache-Control"]
	assert "no-cache" in kept and "max-age" not in kept


@pytest.fixture
def removed_file(site):
	made = []

	def make(owner):
		file = site.get_doc({"doctype": "File", "file_name": "own.txt", "content": "mine", "is_private": 1})
		file.insert()
		file.db_set("owner", owner)
		site.db.commit()
		made.append(file)
		return file.file_url

	yield make
	for file in made:
		file.delete()
	site.db.commit()


def test_other_answers_are_kept_for_the_session(http, session):
	answer = session.get(f"{http}{NOTIFICATIONS}")
	assert answer.ok
	if compat.is_version_16():
		assert "max-age" in answer.headers["Cache-Control"]
		assert "Cookie" in answer.headers["Vary"]
	else:
		assert "max-age=0" in answer.headers.get("Cache-Control", "max-age=0")
