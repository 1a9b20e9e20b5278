/**
 * The page at `/`: what runs, for anyone; data, for whoever pastes a token. The token is kept in this tab's session storage and sent
 * only to this origin. Each part is shown or refused by itself, so that one failing answer hides no other.
 */
import { coverageParts } from "./landing-coverage.js";
import { findingParts, reportParts, revocationParts, sessionParts } from "./landing-sections.js";
import { counted, element, head } from "./landing-view.js";

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

/** A link cannot carry the token: the file is fetched with it and opened from memory. */
async function openReport(report, name) {
  // Opened before the fetch, or it counts as a pop-up.
  const tab = window.open("", "_blank");
  try {
    const path = `/v1/reports/${report.id}/files/${encodeURIComponent(name)}`;
    const answer = await ask(path, "text/html");
    const page = new Blob([await answer.text()], { type: "text/html;charset=utf-8" });
    const address = URL.createObjectURL(page);
    if (tab === null) window.location.assign(address);
    else tab.location.replace(address);
  } catch (error) {
    tab?.close();
    by("status").textContent = error.message;
  }
}

function reportButton(report) {
  const button = element("button", { type: "button" }, "Open the latest report");
  const name = report.files.find((file) => file.mediaType.startsWith("text/html"))?.name;
  button.disabled = name === undefined;
  button.addEventListener("click", () => void openReport(report, name));
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
    by("sessions").replaceChildren(...sessionParts(newest.items, alive));
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
    by("findings").replaceChildren(...findingParts(all));
    return all;
  });
  const revocations = await part("revocations", "Revocations", async () => {
    const found = await read("/v1/revocations?limit=20");
    by("revocations").replaceChildren(...revocationParts(found));
    return found;
  });
  await part("reports", "Access review", async () => {
    by("reports").replaceChildren(...reportParts(await read("/v1/reports?limit=20"), reportButton));
    return none;
  });
  await part("coverage", "Coverage", async () => {
    const answers = await Promise.all([
      readPages("/v1/coverage", 5),
      readPages("/v1/coverage/problems", 1),
      readPages("/v1/coverage/blind-spots", 1),
    ]);
    by("coverage").replaceChildren(...coverageParts(...answers));
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

async function submitted(button) {
  by("sign-in-problem").textContent = "";
  sessionStorage.setItem(STORED, by("token").value.trim());
  button.disabled = true;
  try {
    await signedIn();
    by("token").value = "";
    by("main").focus({ preventScroll: true });
  } catch (error) {
    signedOut(error.message);
  } finally {
    button.disabled = false;
  }
}

by("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  void submitted(by("sign-in").querySelector("button"));
});
by("sign-out").addEventListener("click", () => signedOut(""));

await showInstallation().catch((error) => (by("sign-in-problem").textContent = error.message));
if (sessionStorage.getItem(STORED) !== null)
  await signedIn().catch((error) => signedOut(error.message));
