frappe.provide("client_comms.beside_review");

// The record under review, beside its scores: facts and conversation, for users who can read the record.
Object.assign(client_comms.beside_review, {
	DOCTYPE: "Client Interaction",
	FACTS: [
		"party_name",
		"communication_type",
		"channel",
		"direction",
		"occurred_on",
		"confidentiality_level",
		"responsible_staff",
		"status",
		"acknowledge_status",
		"respond_status",
		"promise_status",
	],

	async render(frm) {
		const { docname } = frm;
		const name = frm.doc.interaction;
		const $area = frm.get_field("record").$wrapper.empty();
		if (!frm.doc.__onload?.may_read_record) {
			$area.html(`<p class="text-muted">${__("You cannot read this record.")}</p>`);
			return;
		}
		await frappe.model.with_doctype(this.DOCTYPE); // and with it client_comms.interaction
		const [doc, page] = await Promise.all([
			frappe.xcall("frappe.client.get", { doctype: this.DOCTYPE, name }, "GET"),
			frappe.xcall("client_comms.api.conversation", { name }, "GET"),
		]);
		if (frm.docname !== docname) return;
		$area.html(`<div class="client-comms-conversation beside-review">
			<aside class="facts" aria-label="${__("Facts")}">${this.facts(doc, frm.doc.__onload.responsible_name)}</aside>
			<div class="thread" role="feed" aria-label="${__("Conversation")}"></div></div>`);
		// Nothing of the conversation can be changed here.
		const reading = { doctype: this.DOCTYPE, docname: name, doc: { __onload: { conversation: page } } };
		client_comms.thread.render({ ...reading, perm: [] }, $area.find(".thread"));
	},

	facts(doc, responsible) {
		const link = frappe.utils.get_form_link(this.DOCTYPE, doc.name);
		const title = frappe.utils.escape_html(doc.subject || doc.name);
		const rows = this.FACTS.filter((field) => doc[field]).map((field) =>
			this.fact(doc, field, responsible),
		);
		const evidence = (doc.evidence || []).map((row) => __(row.documentation_method)).join(", ");
		const items = (doc.action_items || []).map((row) => `${row.description} (${__(row.status)})`);
		return `<section><h4><a href="${link}" target="_blank" rel="noopener">${title}</a></h4>
			${rows.join("")}${this.row(__("Documentation"), evidence)}${this.row(__("Action Items"), items.join("; "))}
			${this.row(__("Summary"), doc.summary)}</section>`;
	},

	fact(doc, field, responsible) {
		const df = frappe.meta.get_docfield(this.DOCTYPE, field);
		if (field === "confidentiality_level") {
			return `<div><span class="text-muted">${__(df.label)}</span> ${client_comms.interaction.level_pill(doc[field])}</div>`;
		}
		const shown =
			(field === "responsible_staff" && responsible) ||
			(df.fieldtype === "Datetime" ? frappe.datetime.str_to_user(doc[field]) : __(doc[field]));
		return this.row(__(df.label), shown);
	},

	row: (label, value) =>
		value ? `<div><span class="text-muted">${label}</span> ${frappe.utils.escape_html(value)}</div>` : "",
});
