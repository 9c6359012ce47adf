// Reports of this app stay on the page when they are printed or made a PDF, with whole words: Frappe lets as many columns as there are
// run off it, and columns that yield to others would tear dates and names.
(() => {
	const MODULES = ["Client Interactions", "Client Privacy", "Communication Governance"];
	// The size of the letters in pixels, and how long words are kept whole, the best first; longer ones, such as addresses, are torn.
	const CHOICES = [
		[13, 32],
		[11, 32],
		[11, 24],
		[10, 24],
		[10, 16],
		[9, 16],
		[8, 16],
		[8, 12],
		[8, 10], // a date
		[7, 10],
	];
	const ROOM = { Portrait: 660, Landscape: 920 }; // pixels between the margins, of A4 and of Letter
	const WIDTH = 0.56; // of a digit, as a share of the size of the letters
	const BESIDE = 9; // pixels beside the text of a cell
	const longest = (texts) =>
		Math.max(1, ...texts.flatMap((text) => text.trim().split(/\s+/)).map(({ length }) => length));

	/** The longest words of each column: of its head, and of its cells. */
	function words_of(table) {
		const rows = [...table.querySelectorAll("tbody tr")].map(({ cells }) => [...cells]);
		return [...table.querySelectorAll("thead th")].map((head, index) => ({
			head: longest([head.textContent]),
			cells: longest(rows.map((cells) => cells[index]?.textContent || "")),
			is_number: head.classList.contains("text-right"),
		}));
	}

	/** The first choice for which there is room, or the last. */
	function fitting(columns, room) {
		const fits = ([size, most]) => {
			const needed = columns.map(({ head, cells }) => Math.max(head, Math.min(cells, most)));
			const letters = needed.reduce((sum, each) => sum + each, 0);
			return letters * size * WIDTH + columns.length * BESIDE <= room;
		};
		return CHOICES.find(fits) || CHOICES.at(-1);
	}

	function style(columns, room) {
		const [size, most] = fitting(columns, room);
		const widths = columns.map(
			({ cells, is_number }, index) => `table.table td:nth-child(${index + 1}) {
				min-width: calc(${Math.min(cells, most)}ch + ${BESIDE}px) !important;
				${is_number ? "text-align: right;" : ""}
			}`,
		);
		return `<style>
			table.table { width: 100%; }
			table.table th, table.table td { font-size: ${size}px !important; padding: ${size > 9 ? 4 : 2}px 4px !important; }
			table.table th { hyphens: auto; min-width: 0 !important; }
			table.table td { overflow-wrap: anywhere; word-break: break-word; }
			${widths.join("\n")}
		</style>`;
	}

	const { render_template } = frappe;
	frappe.render_template = function (name, data, ...others) {
		const html = render_template.call(this, name, data, ...others);
		const is_ours = name === "print_grid" && MODULES.includes(data.report?.report_doc?.module);
		if (!is_ours) return html;
		const table = new DOMParser().parseFromString(html, "text/html").querySelector("table.table");
		const room = ROOM[data.print_settings?.orientation] || ROOM.Portrait;
		return style(words_of(table), room) + html;
	};
})();
