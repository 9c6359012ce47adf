"""Answer ERPNext's setup wizard for a site: Example GmbH (EG), Germany, EUR, this calendar year.

A site where the wizard was answered before stays as it is.

Usage, in a `sites` folder: python complete_setup.py SITE
"""

import datetime
import sys

import frappe
from frappe.desk.page.setup_wizard.setup_wizard import setup_complete


def main(site):
	year = datetime.date.today().year
	frappe.init(site)
	frappe.connect()
	frappe.set_user("Administrator")
	setup_complete(
		{
			"language": "English",
			"country": "Germany",
			"timezone": "Europe/Berlin",
			"currency": "EUR",
			"company_name": "Example GmbH",
			"company_abbr": "EG",
			"chart_of_accounts": "Standard",
			"fy_start_date": f"{year}-01-01",
			"fy_end_date": f"{year}-12-31",
			"domain": "Manufacturing",
			"bank_account": "",
			"setup_demo": 0,
			"enable_telemetry": 0,
		}
	)
	frappe.db.commit()
	if not (frappe.is_setup_complete() and frappe.db.count("Company")):
		sys.exit(f"The setup wizard of {site} did not complete")
	frappe.destroy()


if __name__ == "__main__":
	main(sys.argv[1])
