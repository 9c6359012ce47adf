"""Who can read and do what, on every surface. `rules.access` decides; here it is asked, wherever Frappe, ERPNext or another app shows something.

`doctypes/` guards DocTypes, `methods/` wraps methods, and `requests/` checks requests. Beside them:

- The decision: `policy` has the site's levels and the facts of a record, `interactions` and `documents` decide about one, `governed` about whichever there is, and
  `guards` is what others ask. `procedure_roles`, `user_limits`, `account_managers`, `portal_logins` and `addresses_of_others` are parts of it.
- The same as SQL: `row_conditions`, `readers`, `page_requests`, `list_conditions`, `shared_documents`, `ties`.
- What belongs to a record: `dependents`, `linked_records`, `filed`, `places`, `anchors`, `child_rows`, `private_files`, `file_addresses`, `attached_fields`, `read_by_path`, `comments_column`.
- Documents with a rule of their own: `client_documents`, `data_packages`, `physical_files`, `record_reviews`, `erasure_runs`, `ledger_entries`, `wording_findings`.
- Levels and access that change: `levels`, `level_spread`, `sharing`, `internal_recipients`, `closing`.
- What is written: `references`, `fetched_fields`, `copied_fields`, `copies_in_history`, `deleted_content`, `own_fields`, `foreign_fields`, `write_down`, `harmless_addresses`, `legal_holds`, `restrictions`, `deletions`.
- Names: `record_names`, `former_names`, `used_names`, `client_names`, `link_titles`, `link_options`, `linked_columns`, `renaming`.
- What leaves the server: `answers` and `answer_rows` look at every answer once more; `realtime`, `browser_caches`, `printing`, `images_in_emails`, `pdf_options`, `email_styles`, `spreadsheets`, `report_files`, `raw_sql`.
- What is said and recorded: `refusals`, `audit`, `explain`, `explorer`, `audience`, `offered`, `client_portal`.
- Beside other apps: `registry` and `compose` put all of it in place, `takeovers` looks whether it is; `conditions_of_others`, `source_doctypes`, `queries_of_insights`,
  `tools_of_assistant`.
"""
