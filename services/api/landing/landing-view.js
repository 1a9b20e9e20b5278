/**
 * Builds the page's parts from the API's answers. Text from the API only ever becomes text nodes, never markup: a user name or a
 * user agent can hold anything.
 */

/** An element with attributes and children; strings become text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false)
      made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** An instant in the reader's zone, with UTC in its title; a dash for none. */
export function time(at, none = "–") {
  if (at === null) return element("span", { class: "muted" }, none);
  return element(
    "time",
    { datetime: at, title: `${at.replace("T", " ").replace(/\.\d+Z$/, "")} UTC` },
    TIME.format(new Date(at)),
  );
}

export function tag(text, tone = "") {
  return element("span", { class: `tag ${tone}` }, text);
}

/**
 * A table whose columns sort by keyboard or pointer.
 * @param columns `{ title, cell(item), key(item) }`; `key` gives what is compared.
 * @param sorted the column, and whether descending, by which the rows come already.
 */
export function table(caption, columns, items, sorted) {
  const body = element("tbody");
  const order = { ...sorted, whole: false };
  const heads = columns.map((column, at) => {
    const button = element("button", { type: "button" }, column.title);
    const made = element("th", { scope: "col" }, button);
    button.addEventListener("click", () => {
      order.descending = order.by === at && !order.descending;
      order.by = at;
      show();
    });
    return made;
  });
  const all = element("button", { type: "button", class: "quiet" }, `Show all ${items.length}`);
  all.addEventListener("click", () => {
    order.whole = true;
    show();
    all.remove();
  });
  function show() {
    heads.forEach((made, at) => made.setAttribute("aria-sort", ariaSort(order, at)));
    const { key } = columns[order.by];
    const sign = order.descending ? -1 : 1;
    const ordered = [...items].sort((left, right) => compare(key(left), key(right)) * sign);
    const shown = order.whole ? ordered : ordered.slice(0, ROWS_AT_FIRST);
    body.replaceChildren(...shown.map((item) => row(columns, item)));
  }
  show();
  const whole = element("table", {}, element("thead", {}, element("tr", {}, heads)), body);
  // Scrolls sideways on a narrow screen, and must be reachable by keyboard to do so.
  const frame = { class: "scroll", tabindex: "0", role: "region", "aria-label": caption };
  return element(
    "div",
    {},
    element("div", frame, whole),
    items.length > ROWS_AT_FIRST ? element("p", { class: "more" }, all) : null,
  );
}

/** So many rows of a long list stand on the page until its reader asks for all. */
const ROWS_AT_FIRST = 20;

function ariaSort({ by, descending }, column) {
  if (by !== column) return "none";
  return descending ? "descending" : "ascending";
}

function row(columns, item) {
  return element(
    "tr",
    {},
    columns.map((column) => element("td", {}, column.cell(item))),
  );
}

function compare(left, right) {
  if (left === right) return 0;
  if (left === null) return 1;
  if (right === null) return -1;
  return typeof left === "number" ? left - right : String(left).localeCompare(String(right));
}

/** A section's head: its title and one line of what it shows. */
export function head(id, title, note) {
  return element(
    "div",
    { class: "card-head" },
    element("h2", { id }, title),
    element("span", { class: "small" }, note),
  );
}

/** What to do next where there is nothing to show. */
export function empty(...words) {
  return element("p", { class: "empty" }, ...words);
}

export function code(text) {
  return element("code", {}, text);
}

/** Who, with the id under the name: a name can change, an id cannot. */
export function who(user) {
  return [
    element("span", { class: "nowrap" }, user.userName ?? "(no name seen)"),
    element(
      "div",
      { class: "small", title: `${user.identityStoreArn} ${user.userId}` },
      `…${user.userId.slice(-12)}`,
    ),
  ];
}

/** A count, with a plus where there are more than were read. */
export function counted(count, more) {
  return `${count.toLocaleString()}${more ? "+" : ""}`;
}
