frappe.provide("client_comms");

/**
 * Finds who is calling or writing while a name, a number or an email address is typed.
 *
 * @param field a Data control
 * @param chosen called with the row that was chosen: `{doctype, name, title, about, values}` as `find_caller` returns them; a
 *     caller who is not known has the `doctype` null, and what was typed as the title; and with the event that chose it
 * @returns {Function} searches for what stands in the field
 */
client_comms.caller_search = (field, chosen) => {
	const escape = frappe.utils.escape_html;
	let rows = [];
	let asked = "";

	const search = new window.Awesomplete(field.input, {
		minChars: 2,
		maxItems: 40,
		autoFirst: true,
		tabSelect: true,
		sort: false,
		filter: () => true, // the server has searched
		data: (row) => ({ label: row.title, value: String(rows.indexOf(row)) }),
		item({ value }) {
			const { title, about } = rows[value];
			return $(
				`<li role="option"><a><p><strong>${escape(title)}</strong><br>
					<span class="small text-muted">${escape(about)}</span></p></a></li>`,
			).get(0);
		},
		replace({ label }) {
			this.input.value = label;
		},
	});

	async function look() {
		const text = field.$input.val().trim();
		if (text === asked) {
			search.evaluate(); // what was found is there, and closed when one was chosen
			return;
		}
		asked = text;
		if (text.length < 2) {
			search.list = rows = [];
			return;
		}
		const found = await frappe.xcall("client_comms.api.find_caller", { text });
		if (text !== field.$input.val().trim()) return; // more was typed meanwhile
		const unknown = { doctype: null, name: text, title: text, about: __("Unknown caller"), values: {} };
		rows = [...found, unknown];
		search.list = rows;
		search.evaluate();
	}

	field.$input
		.attr({ placeholder: __("Name, number or email"), autocomplete: "off" })
		.on("input", frappe.utils.debounce(look, 250))
		.on("keydown", (event) => {
			// Enter chooses; it does not log what is half written.
			if (event.key === "Enter") event.preventDefault();
		})
		.on("awesomplete-selectcomplete", ({ originalEvent }) => {
			asked = field.$input.val().trim();
			chosen(rows[originalEvent.text.value], originalEvent.originalEvent);
		});
	return look;
};

/** "Olga Winter 0170 5551234" is a name and a number, in either order; a number is also an email address. */
client_comms.parts_of_caller = (text) => {
	const number = text.match(/\S+@\S+|[+(]*\d[\d\s()/.-]*\d/)?.[0] || "";
	if (!/@|\d\D*\d\D*\d/.test(number)) return { name: text, number: "" };
	const name = text.replace(number, " ").replace(/\s+/g, " ");
	return { name: name.replace(/^[\s,;:–-]+|[\s,;:–-]+$/g, ""), number };
};
