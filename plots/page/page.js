"use strict";
(() => {
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const text = document.getElementById("filter-text");
  const choices = ["family", "scenario", "peers", "place"].map((key) => [key, document.getElementById("filter-" + key)]);
  const shown = document.getElementById("shown");
  const command = document.getElementById("command");
  const more = document.getElementById("more");
  const MOST = 150; // rows laid out at a time: a browser takes half a second for two thousand
  let most = MOST;

  function filter() {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const fits = words.every((word) => row.dataset.name.includes(word)) &&
        choices.every(([key, choice]) => !choice.value || row.dataset[key] === choice.value);
      count += fits;
      row.hidden = !fits || count > most;
    }
    more.hidden = count <= most;
    more.textContent = `Show all ${count}`;
    shown.value = `${count} of ${rows.length} cases` + (more.hidden ? "" : `, the first ${most} shown`);
  }

  function narrow() {
    most = MOST;
    filter();
  }

  // Absent values come last in both directions; numbers before words.
  function compare(a, b, sign) {
    if (a === b) return 0;
    if (a === "") return 1;
    if (b === "") return -1;
    const [x, y] = [Number(a), Number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return sign * (x - y);
    if (!Number.isNaN(x)) return -1;
    if (!Number.isNaN(y)) return 1;
    return sign * a.localeCompare(b);
  }

  function sort(heading) {
    const sign = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const column = heading.cellIndex;
    for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    const key = (row) => row.cells[column].dataset.key;
    rows.sort((a, b) => compare(key(a), key(b), sign));
    for (const row of rows) row.hidden = true;
    body.append(...rows);
    filter();
  }

  table.tHead.addEventListener("click", (event) => {
    const heading = event.target.closest("th");
    if (heading) sort(heading);
  });
  body.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    command.hidden = false;
    command.firstElementChild.textContent = `./handoff run --filter '${event.target.closest("tr").dataset.name}'`;
  });
  text.addEventListener("input", narrow);
  for (const [, choice] of choices) choice.addEventListener("change", narrow);
  more.addEventListener("click", () => {
    most = Infinity;
    filter();
  });
  text.form.addEventListener("submit", (event) => event.preventDefault());
  filter();
})();
