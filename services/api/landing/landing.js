/**
 * The page at `/`: what runs, for anyone; data, for whoever pastes a token. The token is kept in this tab's session storage and sent
 * only to this origin. Each part is shown or refused by itself, so that one failing answer hides no other.
 */
import { code, element, empty, head, table, tag, time, who } from "./landing-view.js";

const SEVERITIES = ["critical", "high", "medium", "low"];
const STORED = "curfew-token";
const REFRESH_MILLISECONDS = 30_000;
const by = (id) => document.getElementById(id);

class Refused extends Error {
  constructor(problem, status) {
    super(problem.detail ?? `The server answered ${status}.`);
    this.status = status;
  }
}

async function ask(path, accept = "application/json") {
  const token = sessionStorage.getItem(STORED);
  const headers = token === null ? { accept } : { accept, authorization: `Bearer ${token}` };
  let answer;
  try {
    answer = await fetch(path, { headers, cache: "no-store" });
  } catch {
    throw new Error("The server does not answer: see whether curfew start still runs.");
  }
  if (!answer.ok) throw new Refused(await answer.json().catch(() => ({})), answer.status);
  return answer;
}

const read = async (path) => (await ask(path)).json();

/** Everything a list has, up to so many pages; says whether there was more. */
async function readPages(path, pages) {
  const items = [];
  let cursor = null;
  for (let page = 0; page < pages; page += 1) {
    const more = cursor === null ? "" : `&cursor=${cursor}`;
    const answer = await read(`${path}${path.includes("?") ? "&" : "?"}limit=200${more}`);
    items.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return { items, more: cursor !== null };
}

async function showInstallation() {
  const { version, engines, sources, demo } = await read("/v1/status");
  by("version").textContent = version;
  by("demo").hidden = !demo;
  const rows = [
    ["Database", engines.database === "embedded" ? "Postgres, embedded" : "Postgres, external"],
    ["Queue", engines.queue === "redis" ? "BullMQ on Redis" : "BullMQ on Postgres"],
    ["Sources", sources.length === 0 ? "none: nothing is read" : sources.join(", ")],
    ["Organisation", demo ? "demo, synthetic" : "yours"],
  ];
  by("engines").replaceChildren(
    ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
  );
}

const counted = (count, more) => `${count.toLocaleString()}${more ? "+" : ""}`;

function showFindings({ items, more }) {
  const columns = [
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
    {
      title: "Person",
      key: (item) => item.user.userName ?? item.user.userId,
      cell: (item) => who(item.user),
    },
    { title: "State", key: (item) => item.state, cell: (item) => tag(item.state) },
    { title: "Since", key: (item) => item.openedAt, cell: (item) => time(item.openedAt) },
  ];
  by("findings").replaceChildren(
    head("findings-title", "Open findings", `${counted(items.length, more)} open`),
    items.length === 0
      ? empty(
          "Nothing stands out. If nothing was read yet, import trail files with ",
          code("curfew ingest PATH"),
          " or see the sources above; the rules judge everybody within seconds after new events.",
        )
      : table("Open findings", columns, items, { by: 0, descending: false }),
  );
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

function showSessions(newest, active) {
  const tones = { active: "good", unknown: "medium" };
  const columns = [
    {
      title: "Person",
      key: (item) => item.user.userName ?? item.user.userId,
      cell: (item) => who(item.user),
    },
    {
      title: "Kind",
      key: (item) => item.kind,
      cell: (item) => element("span", { class: "nowrap" }, item.kind),
    },
    {
      title: "State",
      key: (item) => item.state,
      cell: (item) => tag(item.state, tones[item.state] ?? ""),
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
  const kinds = Object.entries(groups(active.items));
  const byKind = kinds.map(([kind, items]) => `${items.length} ${kind}`).join(", ");
  by("sessions").replaceChildren(
    head(
      "sessions-title",
      "Sessions",
      newest.length === 0 ? "none" : `newest ${newest.length}; active: ${byKind || "none"}`,
    ),
    newest.length === 0
      ? empty(
          "No session was seen. Read a trail with ",
          code("curfew ingest PATH"),
          " or ",
          code("curfew sync"),
          ".",
        )
      : table("Newest sessions", columns, newest, { by: 5, descending: true }),
  );
}

function groups(items) {
  const found = {};
  for (const item of items) (found[item.kind] ??= []).push(item);
  return found;
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

function showRevocations({ items }) {
  const columns = [
    {
      title: "Person",
      key: (item) => item.user.userName ?? item.user.userId,
      cell: (item) => who(item.user),
    },
    {
      title: "State",
      key: (item) => item.state,
      cell: (item) => [
        tag(item.state, STATES[item.state]?.[0] ?? ""),
        element("div", { class: "small note" }, STATES[item.state]?.[1] ?? ""),
      ],
    },
    {
      title: "Steps confirmed",
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
  by("revocations").replaceChildren(
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
      : table("Revocations", columns, items, { by: 5, descending: true }),
  );
}

function openOf(open) {
  if (open.length === 0) return "nothing";
  return element("div", { class: "wide" }, `${open.length}: ${open[0].why}`);
}

function showReports({ items }) {
  const [latest] = items;
  by("reports").replaceChildren(
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
          reportButton(latest),
          element("span", {}, latest.period ?? "made by hand", " · as of ", time(latest.asOf)),
        ),
  );
}

function reportButton(report) {
  const button = element("button", { type: "button" }, "Open the latest report");
  const name = report.files.find((file) => file.mediaType.startsWith("text/html"))?.name;
  button.disabled = name === undefined;
  button.addEventListener("click", async () => {
    // A link cannot carry the token: the file is fetched with it and opened from memory. Opened first, or it counts as a pop-up.
    const tab = window.open("", "_blank");
    try {
      const answer = await ask(
        `/v1/reports/${report.id}/files/${encodeURIComponent(name)}`,
        "text/html",
      );
      const address = URL.createObjectURL(
        new Blob([await answer.text()], { type: "text/html;charset=utf-8" }),
      );
      if (tab === null) window.location.assign(address);
      else tab.location.replace(address);
    } catch (error) {
      tab?.close();
      by("status").textContent = error.message;
    }
  });
  return button;
}

function showFigures(active, findings, revocations) {
  const people = new Set(active.items.map((item) => item.user.userId)).size;
  const urgent = findings.items.filter(
    (item) => item.severity === "critical" || item.severity === "high",
  ).length;
  const settled = new Set(["cancelled", "released"]);
  const figures = [
    [counted(active.items.length, active.more), "active sessions"],
    [counted(people, active.more), "people with one"],
    [counted(findings.items.length, findings.more), "open findings"],
    [counted(urgent, findings.more), "high or critical"],
    [
      counted(revocations.items.filter((item) => !settled.has(item.state)).length, false),
      "revocations under way",
    ],
  ];
  by("figures").replaceChildren(
    ...figures.map(([number, words]) => element("li", {}, element("strong", {}, number), words)),
  );
}

/** A part that was refused says so in its place. */
async function part(id, title, work) {
  try {
    return await work();
  } catch (error) {
    if (error.status === 401) throw error;
    by(id).replaceChildren(
      head(`${id}-title`, title, ""),
      element("p", { class: "problem" }, error.message),
    );
    return { items: [], more: false };
  }
}

async function showData() {
  const none = { items: [], more: false };
  const active = await part("sessions", "Sessions", async () => {
    const [newest, alive] = await Promise.all([
      read("/v1/sessions?limit=50"),
      readPages("/v1/sessions?state=active", 5),
    ]);
    showSessions(newest.items, alive);
    return alive;
  });
  const findings = await part("findings", "Open findings", async () => {
    const [open, acknowledged] = await Promise.all([
      readPages("/v1/findings?state=open", 3),
      readPages("/v1/findings?state=acknowledged", 1),
    ]);
    const all = {
      items: [...open.items, ...acknowledged.items],
      more: open.more || acknowledged.more,
    };
    showFindings(all);
    return all;
  });
  const revocations = await part("revocations", "Revocations", async () => {
    const found = await read("/v1/revocations?limit=20");
    showRevocations(found);
    return found;
  });
  await part("reports", "Access review", async () => {
    showReports(await read("/v1/reports?limit=20"));
    return none;
  });
  showFigures(active, findings, revocations);
  by("status").textContent =
    `Read at ${new Date().toLocaleTimeString()}; read again every ${REFRESH_MILLISECONDS / 1000} seconds.`;
}

let timer = null;

function signedOut(sentence) {
  sessionStorage.removeItem(STORED);
  clearInterval(timer);
  by("data").hidden = true;
  by("sign-out").hidden = true;
  by("sign-in").hidden = false;
  by("sign-in-problem").textContent = sentence;
  by("token").focus();
}

async function signedIn() {
  await showData();
  by("sign-in").hidden = true;
  by("data").hidden = false;
  by("sign-out").hidden = false;
  clearInterval(timer);
  timer = setInterval(refresh, REFRESH_MILLISECONDS);
}

async function refresh() {
  // Not while a sort button or a scrolled table has the focus: the reader's place would be lost.
  if (document.hidden || by("data").contains(document.activeElement)) return;
  await showData().catch((error) =>
    error.status === 401 ? signedOut(error.message) : (by("status").textContent = error.message),
  );
}

by("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter ?? by("sign-in").querySelector("button");
  by("sign-in-problem").textContent = "";
  sessionStorage.setItem(STORED, by("token").value.trim());
  button.disabled = true;
  try {
    await signedIn();
    by("token").value = "";
    by("main").focus();
  } catch (error) {
    signedOut(error.message);
  } finally {
    button.disabled = false;
  }
});
by("sign-out").addEventListener("click", () => signedOut(""));

await showInstallation().catch((error) => (by("sign-in-problem").textContent = error.message));
if (sessionStorage.getItem(STORED) !== null)
  await signedIn().catch((error) => signedOut(error.message));
