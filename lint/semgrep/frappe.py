# Seeded violations of frappe.yml and what it leaves alone; `semgrep --test` compares. Not part of the app, never imported.
import frappe
from frappe import _

from client_comms.acting import acting_as


def commits():
	# ruleid: frappe-manual-commit
	frappe.db.commit()
	# ok: frappe-manual-commit
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (a reason)
	# ok: frappe-manual-commit
	frappe.db.rollback()


def savepoints(name):
	# ruleid: frappe-own-savepoint
	frappe.db.savepoint(name)
	# ok: frappe-own-savepoint
	frappe.db.rollback(save_point=name)


def queries(name, table):
	# ruleid: frappe-sql-format-injection
	frappe.db.sql(f"select 1 from tabNote where name = '{name}'")
	# ruleid: frappe-sql-format-injection
	frappe.db.sql("select 1 from tabNote where name = '%s'" % name)
	# ruleid: frappe-sql-format-injection
	frappe.db.sql("select 1 from `{}`".format(table), as_dict=True)
	# ruleid: frappe-sql-format-injection
	frappe.db.sql_ddl("drop table " + table)
	# ruleid: frappe-sql-format-injection
	frappe.db.sql(f"select 1 from `{table}`")
	# ok: frappe-sql-format-injection
	frappe.db.sql("select 1 from tabNote where name = %s", name)


def users(user):
	# ruleid: frappe-set-user
	frappe.set_user(user)
	# ok: frappe-set-user
	with acting_as(user):
		pass


# ruleid: frappe-guest-method
@frappe.whitelist(allow_guest=True)
def for_anybody():
	pass


# ruleid: frappe-guest-method
@frappe.whitelist(methods=["POST"], allow_guest=1)
def for_anybody_too():
	pass


# ok: frappe-guest-method
@frappe.whitelist(allow_guest=False)
def for_users():
	pass


@frappe.whitelist()
def whitelisted(doc):
	# ruleid: frappe-whitelisted-without-permissions
	doc.insert(ignore_permissions=True)
	# ruleid: frappe-whitelisted-without-permissions
	doc.flags.ignore_permissions = True
	# ok: frappe-whitelisted-without-permissions
	doc.insert()


def not_whitelisted(doc):
	# ok: frappe-whitelisted-without-permissions
	doc.insert(ignore_permissions=True)


def templates(text):
	# ruleid: frappe-template-from-data
	frappe.render_template(text, {})
	# ok: frappe-template-from-data
	frappe.render_template("client_comms/templates/emails/daily_digest.html", {})


def messages(name):
	# ruleid: frappe-untranslated
	frappe.throw("Not allowed")
	# ruleid: frappe-untranslated
	frappe.throw(f"{name} is not allowed", frappe.PermissionError)
	# ruleid: frappe-untranslated
	frappe.throw(_("Not allowed"), title="Stop")
	# ruleid: frappe-untranslated
	frappe.msgprint("Done")
	# ok: frappe-untranslated
	frappe.throw(_("{0} is not allowed").format(name), title=_("Stop"))


def part_of_a_transaction(work):
	# ruleid: frappe-deadlock-swallowed
	try:
		work()
	except Exception as error:
		frappe.db.rollback(save_point="here")
		return error
	# ruleid: frappe-deadlock-swallowed
	try:
		work()
	except Exception:
		frappe.db.rollback(save_point="here")
	# ok: frappe-deadlock-swallowed
	try:
		work()
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.db.rollback(save_point="here")


def in_bold(name):
	# ruleid: frappe-bold
	_("{0} is locked.").format(frappe.bold(name))
	# ok: frappe-bold
	_("{0} is locked.").format(bold(name))
	# ruleid: frappe-escaped-twice
	_("{0} is locked.").format(bold(escape_html(name) or "–"))
	# ruleid: frappe-escaped-twice
	_("{0} is locked.").format(bold(frappe.utils.escape_html(name)))
	# ok: frappe-escaped-twice
	_("{0} is locked: {1}").format(bold(name), escape_html(name))


def said(error):
	# ruleid: frappe-escapes-left
	show(strip_html(str(error)))
	# ruleid: frappe-escapes-left
	show(frappe.utils.strip_html(str(error)))
	# ok: frappe-escapes-left
	show(words_of(error))
