// Reports of this app stay on the page when they are printed or made a PDF: Frappe lets as many columns as there are run off it.
(() => {
	const MODULES = ["Client Interactions", "Client Privacy", "Communication Governance"];
	const MANY = 9; // columns, from which the letters are smaller

	const style = (columns) => `<style>
		table.table { width: 100%; }
		table.table th, table.table td {
			${columns > MANY ? "font-size: 8px !important; padding: 2px 3px !important;" : ""}
			hyphens: auto;
			min-width: 0 !important;
		}
		table.table td {
			overflow-wrap: anywhere;
			word-break: break-word;
		}
	</style>`;

	const { render_template } = frappe;
	frappe.render_template = function (name, data, ...others) {
		const html = render_template.call(this, name, data, ...others);
		const is_ours = name === "print_grid" && MODULES.includes(data.report?.report_doc?.module);
		return is_ours ? style(data.columns.length) + html : html;
	};
})();
