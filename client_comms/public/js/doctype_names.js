// The name of a document type, on forms that are only read and in lists: Frappe translates it for those alone who can read DocTypes.
frappe.form.link_formatters.DocType ??= (name) => __(name);
