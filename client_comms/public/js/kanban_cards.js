frappe.provide("client_comms");

// A Kanban board of Frappe loads every document that its filters let through: a few thousand make a browser stand still for minutes.
// Boards of this app show the newest, as the list does, and say so.
client_comms.MOST_CARDS = 200;
{
	const { KanbanView } = frappe.views;
	const { setup_defaults, render } = KanbanView.prototype;

	KanbanView.prototype.setup_defaults = async function (...options) {
		await setup_defaults.apply(this, options);
		if (client_comms.user_names.is_ours(this.doctype)) this.page_length = client_comms.MOST_CARDS;
	};

	KanbanView.prototype.render = function (...options) {
		const drawn = render.apply(this, options);
		this.$client_comms_rest?.remove();
		const most = this.page_length; // Frappe's own boards have none
		if (most && this.data.length >= most) {
			this.$client_comms_rest = $('<p class="text-muted small mx-3 mt-2">')
				.text(__("The {0} newest are shown. Narrow the filters to see others.", [most]))
				.insertBefore(this.$result);
		}
		return drawn;
	};
}
