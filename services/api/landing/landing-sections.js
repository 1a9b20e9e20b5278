/**
 * The sections of the page, each from one answer of the API: a table, or what to do next where there is nothing.
 * A section says no more than the API: a state is shown with what it means, an inferred or unknown end with that word.
 */
import { code, counted, element, empty, head, table, tag, time, who } from "./landing-view.js";

const SEVERITIES = ["critical", "high", "medium", "low"];

/** The column of every table that says who. */
const PERSON = {
  title: "Person",
  key: (item) => item.user.userName ?? item.user.userId,
  cell: (item) => who(item.user),
};

const FINDING_COLUMNS = [
  {
    title: "Severity",
    key: (item) => SEVERITIES.indexOf(item.severity),
    cell: (item) => tag(item.severity, item.severity),
  },
  {
    title: "What was seen",
    key: (item) => item.summary,
    cell: (item) =>
      element(
        "div",
        { class: "wide" },
        item.summary,
        element("div", { class: "small" }, item.ruleId),
      ),
  },
  PERSON,
  { title: "State", key: (item) => item.state, cell: (item) => tag(item.state) },
  { title: "Since", key: (item) => item.openedAt, cell: (item) => time(item.openedAt) },
];

/** Open findings, the gravest first. */
export function findingParts({ items, more }) {
  return [
    head("findings-title", "Open findings", `${counted(items.length, more)} open`),
    items.length === 0
      ? empty(
          "Nothing stands out. If nothing was read yet, import trail files with ",
          code("curfew ingest PATH"),
          " or see the sources above; the rules judge everybody within seconds after new events.",
        )
      : table("Open findings", FINDING_COLUMNS, items, { by: 0, descending: false }),
  ];
}

function endOf({ endedAt, endedBy, endsAt, state, stateReason }) {
  if (endedAt !== null)
    return [
      time(endedAt),
      element("div", { class: "small" }, `ended by ${endedBy?.eventName ?? "an event"}`),
    ];
  const words = { exact: "", "at-most": "at the latest", unknown: "not known" }[endsAt.certainty];
  const note = state === "unknown" ? stateReason : words;
  return [time(endsAt.at, "not known"), note ? element("div", { class: "small" }, note) : null];
}

function groups(items) {
  const found = {};
  for (const item of items) (found[item.kind] ??= []).push(item);
  return found;
}

const HOUR = 3_600_000;
const HOURS = 24;
/** What a sign of the bar says: sure, possible, or not alive in that hour. */
const SIGNS = { alive: "\u2587", perhaps: "\u2591", not: "\u00b7" };

/**
 * The last 24 hours of a session, one sign an hour, readable without colour. What is certain: up to an event that ended it, an exact
 * hard end, or the last use; beyond that, up to the latest hard end, it may have lived.
 */
function hoursOf({ startedAt, lastSeenAt, endedAt, endsAt }, now) {
  const began = Date.parse(startedAt);
  const sure = Date.parse(
    endedAt ?? (endsAt.certainty === "exact" && endsAt.at !== null ? endsAt.at : lastSeenAt),
  );
  const perhaps = endedAt ?? endsAt.at;
  const last = Math.min(now, perhaps === null ? now : Date.parse(perhaps));
  return Array.from({ length: HOURS }, (_, hour) => {
    const from = now - (HOURS - hour) * HOUR;
    if (began >= from + HOUR) return "not";
    if (sure >= from) return "alive";
    return last > from ? "perhaps" : "not";
  });
}

function hourBar(session, now) {
  const hours = hoursOf(session, now);
  const count = (sign) => hours.filter((hour) => hour === sign).length;
  const words = `Of the last ${HOURS} hours alive in ${count("alive")}, perhaps in ${count("perhaps")} more.`;
  return element(
    "span",
    { class: "bar", role: "img", "aria-label": words, title: words },
    hours.map((hour) =>
      element("span", { class: hour === "alive" ? "day read" : "day quiet" }, SIGNS[hour]),
    ),
  );
}

const TONES = { active: "good", unknown: "medium" };

const SESSION_COLUMNS = [
  PERSON,
  {
    title: "Kind",
    key: (item) => item.kind,
    cell: (item) => element("span", { class: "nowrap" }, item.kind),
  },
  {
    title: "State",
    key: (item) => item.state,
    cell: (item) => tag(item.state, TONES[item.state] ?? ""),
  },
  {
    title: "Where",
    key: (item) => `${item.accountId} ${item.permissionSetName ?? ""}`,
    cell: (item) => [
      element("span", { class: "nowrap" }, item.permissionSetName ?? "–"),
      element("div", { class: "small" }, item.accountId),
    ],
  },
  {
    title: "From",
    key: (item) => item.sourceIpAddresses[0] ?? null,
    cell: (item) => element("span", { class: "nowrap" }, item.sourceIpAddresses[0] ?? "–"),
  },
  {
    title: "Started",
    key: (item) => item.startedAt,
    cell: (item) => [
      time(item.startedAt),
      item.startBasis === "first-seen"
        ? element("div", { class: "small" }, "first seen; began earlier")
        : null,
    ],
  },
  { title: "Ends", key: (item) => item.endedAt ?? item.endsAt.at, cell: endOf },
];

/** A demo's time may run ahead of this browser's: nothing newer was seen than what is shown. */
function hoursColumn(items) {
  const now = Math.max(Date.now(), ...items.map((item) => Date.parse(item.lastSeenAt)));
  return {
    title: "Last 24 hours",
    key: (item) => item.lastSeenAt,
    cell: (item) => hourBar(item, now),
  };
}

/** The newest sessions; how many are active, by kind. */
export function sessionParts(newest, active) {
  const kinds = Object.entries(groups(active.items));
  const byKind = kinds.map(([kind, items]) => `${items.length} ${kind}`).join(", ");
  if (newest.length === 0) {
    const next = empty(
      "No session was seen. Read a trail with ",
      code("curfew ingest PATH"),
      " or ",
      code("curfew sync"),
      "; people are judged within seconds after new events.",
    );
    return [head("sessions-title", "Sessions", "none"), next];
  }
  const columns = [...SESSION_COLUMNS, hoursColumn(newest)];
  return [
    head("sessions-title", "Sessions", `newest ${newest.length}; active: ${byKind || "none"}`),
    table("Newest sessions", columns, newest, { by: 5, descending: true }),
    element(
      "p",
      { class: "small" },
      `In the bars ${SIGNS.alive} is an hour in which the session lived, ${SIGNS.perhaps} one in which it may have. One session whole: `,
      code("curfew session ID"),
      "; who was active at an instant: ",
      code("curfew sessions --active-at INSTANT"),
      ".",
    ),
  ];
}

/** What each state says, and no more: only proof makes "contained". */
const STATES = {
  planned: ["", "nothing was done yet"],
  "awaiting-approval": ["medium", "a second person has to approve"],
  running: ["low", "steps are being carried out"],
  "awaiting-person": ["medium", "a person has to act"],
  enforced: ["low", "steps were read back; not everything is proven over"],
  contained: ["good", "everything is proven over"],
  "expired-unproven": ["medium", "everything ran out; nothing proves it"],
  failed: ["critical", "a step failed"],
  cancelled: ["", "withdrawn before it began"],
  released: ["", "over; the deny was lifted"],
};

function openOf(open) {
  if (open.length === 0) return "nothing";
  return element("div", { class: "wide" }, `${open.length}: ${open[0].why}`);
}

const REVOCATION_COLUMNS = [
  PERSON,
  {
    title: "State",
    key: (item) => item.state,
    cell: (item) => [
      tag(item.state, STATES[item.state]?.[0] ?? ""),
      element("div", { class: "small note" }, STATES[item.state]?.[1] ?? ""),
    ],
  },
  {
    title: "Confirmed",
    key: (item) => item.steps.filter((step) => step.state === "confirmed").length,
    cell: (item) =>
      element(
        "span",
        { class: "nowrap" },
        `${item.steps.filter((step) => step.state === "confirmed").length} of ${item.steps.length}`,
      ),
  },
  { title: "Still open", key: (item) => item.open.length, cell: (item) => openOf(item.open) },
  {
    title: "Reason",
    key: (item) => item.reason,
    cell: (item) =>
      element(
        "div",
        { class: "note" },
        item.reason,
        element("div", { class: "small" }, `by ${item.requestedBy}`),
      ),
  },
  { title: "Requested", key: (item) => item.requestedAt, cell: (item) => time(item.requestedAt) },
];

/** Revocations in the state that is proven. */
export function revocationParts({ items }) {
  return [
    head(
      "revocations-title",
      "Revocations",
      items.length === 0 ? "none" : `newest ${items.length}`,
    ),
    items.length === 0
      ? empty(
          "Nobody’s access was cut. See what it would take with ",
          code("curfew revoke USER --reason TEXT --plan"),
          "; nothing is changed by a plan.",
        )
      : table("Revocations", REVOCATION_COLUMNS, items, { by: 5, descending: true }),
  ];
}

/** The newest sealed report. @param button makes what opens it. */
export function reportParts({ items }, button) {
  const [latest] = items;
  return [
    head(
      "reports-title",
      "Access review",
      items.length === 0 ? "none yet" : `${items.length} sealed`,
    ),
    latest === undefined
      ? empty(
          "No report was sealed yet. The worker seals one a week; make one now with ",
          code("curfew report access-review --out DIR"),
          ".",
        )
      : element(
          "div",
          { class: "report" },
          button(latest),
          element("span", {}, latest.period ?? "made by hand", " · as of ", time(latest.asOf)),
        ),
  ];
}
