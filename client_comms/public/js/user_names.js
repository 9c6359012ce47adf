frappe.provide("client_comms.user_names");

// In this app's lists, forms and dialogs, users stand by their names; what is stored, and filtered by, is the address.
Object.assign(client_comms.user_names, {
	MODULES: ["Client Interactions", "Client Privacy", "Communication Governance"],
	// Of these, the address is kept although the user may be gone one day: no links.
	KEPT: {
		"Data Package": ["released_by"],
		"Data Subject Request": ["answered_by"],
		"Erasure Run": ["approved_by"],
		"Leak Check Run": ["started_by", "user"],
		"Ledger Verification": ["started_by"],
		"Policy Change Run": ["started_by"],
	},
	known: {},
	asked: new Map(),

	is_ours(doctype) {
		return this.MODULES.includes(frappe.get_meta(doctype)?.module);
	},

	/** The name of a user, if it is known; forms come with those of their users. */
	of(user) {
		return this.known[user] || frappe.boot.user_info[user]?.fullname;
	},

	/** Resolves to the name of a user, or to what is stored; what is asked for in the same moment is one request. */
	load(user) {
		if (this.of(user)) return Promise.resolve(this.of(user));
		if (!this.asked.size) setTimeout(() => this.ask());
		if (!this.asked.has(user)) {
			let resolve;
			const answered = new Promise((done) => (resolve = done));
			this.asked.set(user, { answered, resolve });
		}
		return this.asked.get(user).answered;
	},

	/** When the names of all of them are known; one request for those that are not. */
	load_all(users) {
		return Promise.all(users.filter(Boolean).map((user) => this.load(user)));
	},

	async ask() {
		const asked = [...this.asked];
		this.asked.clear();
		const users = asked.map(([user]) => user);
		const names = await frappe.xcall("client_comms.api.user_names", { users }).catch(() => ({}));
		for (const [user, { resolve }] of asked) {
			this.known[user] = names[user] || user;
			resolve(this.known[user]);
		}
	},

	fields_of(doctype) {
		if (!this.is_ours(doctype)) return [];
		return frappe.get_meta(doctype).fields.filter(({ options }) => options === "User");
	},

	/** The users in rows of a DocType whose names are not known yet. */
	unknown_in(doctype, rows) {
		const fields = this.fields_of(doctype);
		const users = fields.flatMap(({ fieldname }) => rows.map((row) => row[fieldname]));
		return [...new Set(users)].filter((user) => user && !this.of(user));
	},

	/** A user who stands alone, without their record, such as on the card of a Kanban board. */
	named(user, df, options, doc) {
		const label = client_comms.user_names.of(user);
		if (!label || frappe.model.can_read("User")) {
			return frappe.form.formatters.Link(user, df, { ...options, label }, doc);
		}
		return frappe.utils.escape_html(label);
	},

	/** Whether a field shows a user by name: it is of a form, or of a dialog or page, of this app. */
	shown_in(field) {
		const { df } = field;
		if (df.options !== "User") return false;
		return Boolean(df.shows_names) || this.is_ours(df.parent || field.get_reference_doctype());
	},
});

for (const [doctype, fields] of Object.entries(client_comms.user_names.KEPT)) {
	frappe.ui.form.on(doctype, {
		async refresh(frm) {
			const { user_names } = client_comms;
			await user_names.load_all(fields.map((field) => frm.doc[field]));
			const named = (user) => frappe.utils.escape_html(user_names.of(user) || user || "");
			for (const field of fields) frm.set_df_property(field, "formatter", named);
		},
	});
}

(() => {
	const names = client_comms.user_names;
	const { ControlLink } = frappe.ui.form;

	// As Frappe shows the title of a linked document, where its DocType says so.
	const { set_link_title } = ControlLink.prototype;
	ControlLink.prototype.set_link_title = async function (user) {
		if (!names.shown_in(this)) return set_link_title.call(this, user);
		const known = names.of(user);
		this.translate_and_set_input_value(known || user, user);
		if (known) return undefined;
		const name = await names.load(user);
		if (this.get_input_value() === user) this.translate_and_set_input_value(name, user);
		return undefined;
	};

	// What can only be read, and the rows of tables.
	const formatter = frappe.form.link_formatters.User;
	frappe.form.link_formatters.User = (user, doc, df) =>
		(user && names.is_ours(df?.parent) && names.of(user)) || formatter(user, doc, df);

	const { ListView } = frappe.views;
	const { get_column_html } = ListView.prototype;
	ListView.prototype.get_column_html = function (col, doc, ...others) {
		const { options, fieldname } = col.df || {};
		const user = options === "User" && names.is_ours(this.doctype) && doc[fieldname];
		if (!user) return get_column_html.call(this, col, doc, ...others);
		if (!names.of(user)) names.load(user).then(() => fill_in(this));
		const titles = this.link_field_title_fields;
		this.link_field_title_fields = { ...titles, [fieldname]: "full_name" };
		try {
			const named = { ...doc, [`${fieldname}_full_name`]: names.of(user) };
			const html = get_column_html.call(this, col, named, ...others);
			return html.replace("list-row-col", "list-row-col client-comms-name");
		} finally {
			this.link_field_title_fields = titles;
		}
	};

	// Reports and Kanban boards are drawn once more, when the names are here.
	for (const { prototype } of [frappe.views.ReportView, frappe.views.KanbanView]) {
		const { render } = prototype;
		prototype.render = function (...options) {
			const { data } = this;
			if (this.view_name === "Kanban") {
				for (const df of names.fields_of(this.doctype)) df.formatter = names.named;
			}
			const unknown = names.unknown_in(this.doctype, data);
			if (unknown.length) {
				Promise.all(unknown.map((user) => names.load(user))).then(
					() => this.data === data && render.call(this),
				);
			}
			return render.apply(this, options);
		};
	}

	/** Once for all names that came together. Rows are not drawn again: the user may have ticked some. */
	const fill_in = frappe.utils.debounce((listview) => {
		listview.$result.find(".client-comms-name [data-filter]").each((_index, shown) => {
			const user = shown.dataset.filter.split(",=,")[1];
			if (!names.of(user)) return;
			const cell = shown.parentElement;
			cell.title = cell.title.replace(user, () => names.of(user));
			shown.textContent = names.of(user);
		});
	}, 0);
})();
