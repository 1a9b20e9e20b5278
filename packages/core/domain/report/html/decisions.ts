/** The rows of the review: those that ask for a decision in full, the rest by permission set and account with everybody named. */
import type { ReviewItem, SectionId } from "../item.ts";
import type { Recommendation } from "../recommend.ts";
import { countText, dayText, numberText, pathText, timeText } from "../words.ts";
import { html, NOTHING, type Markup } from "./markup.ts";

const TITLES: Readonly<Record<Exclude<SectionId, "rest">, readonly [title: string, why: string]>> =
  {
    leaver: [
      "Disabled people who still hold access",
      "Their grants outlive them: whoever is disabled in the directory may still have sessions alive. Decide these first.",
    ],
    "privileged-unused": [
      "Administrator access in doubt",
      "Access that allows everything and is not used, could not be judged, or belongs to somebody with a serious finding.",
    ],
    new: [
      "New in this period",
      "Granted since the last review. Somebody should say once that it was meant.",
    ],
    changed: [
      "Changed since the last review",
      "The same path, with another permission set, tier or state of the person.",
    ],
    advice: [
      "Other access to change",
      "Not used for long, or given twice. No hurry, but nobody needs it as it is.",
    ],
  };

/** Word, sign and shape: each alone tells them apart. */
const ADVICE: Readonly<Record<Recommendation, readonly [sign: string, word: string]>> = {
  revoke: ["✕", "Revoke"],
  reduce: ["↓", "Reduce"],
  "needs-person": ["?", "Needs a person"],
  keep: ["✓", "Keep"],
};

/** People that one line of the rest names; the CSV has them all. */
const NAMED_MEMBERS = 40;

export function personName(person: ReviewItem["person"]): string {
  return person.displayName ?? person.userName ?? person.userId;
}

function groupedBy<T>(values: readonly T[], key: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

function pill(recommendation: Recommendation): Markup {
  const [sign, word] = ADVICE[recommendation];
  return html`<span class="pill ${recommendation}"
    ><i aria-hidden="true">${sign}</i> ${word}</span
  >`;
}

function accessTags(item: ReviewItem): Markup[] {
  return [
    item.permissionSet.administrator === true
      ? html`<span class="tag hot">Administrator</span>`
      : NOTHING,
    item.permissionSet.administrator === null
      ? html`<span class="tag">Policy not readable</span>`
      : NOTHING,
    item.account.isManagement ? html`<span class="tag hot">Management account</span>` : NOTHING,
  ];
}

function granted(item: ReviewItem): Markup {
  if (item.grantedAt !== null) return html`${dayText(item.grantedAt)}`;
  if (item.grantedNotAfter === null) return html`<span class="quiet">not known</span>`;
  return html`<span class="quiet">by</span> ${dayText(item.grantedNotAfter)}`;
}

function lastUsed(item: ReviewItem): Markup {
  if (item.lastUsedAt !== null) return html`${dayText(item.lastUsedAt)}`;
  if (item.observedDays === null) return html`<span class="quiet">not observed</span>`;
  return html`never seen<span class="sub">in ${countText(item.observedDays, "day", "days")}</span>`;
}

function sessions({ openSessions }: ReviewItem): Markup {
  if (openSessions.ofPerson === 0) return html`<span class="quiet">0</span>`;
  const until =
    openSessions.endUnknown || openSessions.latestEndsAt === null
      ? html`<span class="sub">end not known</span>`
      : html`<span class="sub" title="${timeText(openSessions.latestEndsAt)}"
          >to ${dayText(openSessions.latestEndsAt)}</span
        >`;
  return html`${numberText(openSessions.here)} of ${numberText(openSessions.ofPerson)}${until}`;
}

function personCell({ person }: ReviewItem): Markup {
  const name = personName(person);
  const contact = person.email ?? person.userName;
  return html`<span class="who">${name}</span
    >${contact === null || contact === name ? NOTHING : html`<span class="sub">${contact}</span>`}`;
}

function accessCell(item: ReviewItem): Markup {
  const { account, permissionSet } = item;
  return html`<span class="who">${permissionSet.name}</span>${accessTags(item)}<span class="sub"
      >${account.name} ${account.accountId}</span
    >`;
}

function row(item: ReviewItem, subject: Markup): Markup {
  const findings = item.findings.map(
    ({ severity, summary }) =>
      html`<li class="finding"><b>${severity} finding:</b> ${summary}</li>`,
  );
  const shared = item.usageSharedByPaths ? html`<span class="sub">all paths</span>` : NOTHING;
  return html`<tr>
    <td>${subject}</td>
    <td>${pathText(item.path)}</td>
    <td class="when">${granted(item)}</td>
    <td class="when">${lastUsed(item)}</td>
    <td class="r">${numberText(item.uses30d)}${shared}</td>
    <td class="r">${sessions(item)}</td>
    <td>
      ${pill(item.recommendation)}
      <ul class="reasons">
        ${item.reasons.map((reason) => html`<li>${reason}</li>`)}${findings}
      </ul>
    </td>
    <td class="boxes"><span>☐ keep</span><span>☐ reduce</span><span>☐ revoke</span></td>
  </tr>`;
}

/** People under the access they hold. */
function accessGroup(items: readonly ReviewItem[]): Markup {
  const [first] = items;
  if (first === undefined) return NOTHING;
  const where = first.account.organizationalUnitPath;
  return html`<tr class="group">
      <td colspan="8">
        <b>${first.permissionSet.name}</b> <span class="at">on</span> <b>${first.account.name}</b>
        <span class="at"
          >${first.account.accountId}${where === null || where === "" ? "" : ` · ${where}`}</span
        >${accessTags(first)}
      </td>
    </tr>
    ${items.map((item) => row(item, personCell(item)))}`;
}

/** Everything one disabled person still holds, because they are decided on as a whole. */
function personGroup(items: readonly ReviewItem[]): Markup {
  const [first] = items;
  if (first === undefined) return NOTHING;
  const { person } = first;
  return html`<tr class="group">
      <td colspan="8">
        <b>${personName(person)}</b>
        <span class="at">${person.email ?? person.userName ?? person.userId}</span
        ><span class="tag hot">Disabled</span>
      </td>
    </tr>
    ${items.map((item) => row(item, accessCell(item)))}`;
}

/** A section with its rows; nothing when it is empty. */
export function decisionSection(
  id: Exclude<SectionId, "rest">,
  number: number,
  items: readonly ReviewItem[],
): Markup {
  if (items.length === 0) return NOTHING;
  const [title, why] = TITLES[id];
  const byPerson = id === "leaver";
  const groups = groupedBy(items, ({ person, account, permissionSet }) =>
    byPerson
      ? `${person.identityStoreArn} ${person.userId}`
      : `${account.accountId} ${permissionSet.arn}`,
  );
  return html`<section id="${id}">
    <div class="head">
      <h2>${number}. ${title}</h2>
      <span class="n">${countText(items.length, "decision", "decisions")}</span>
    </div>
    <p class="why">${why}</p>
    <div class="scroll">
      <table>
        <colgroup>
          <col style="width:20%" />
          <col style="width:11%" />
          <col style="width:13%" />
          <col style="width:10%" />
          <col style="width:6%" />
          <col style="width:10%" />
          <col />
          <col style="width:7%" />
        </colgroup>
        <thead>
          <tr>
            <th>${byPerson ? "Access" : "Person"}</th>
            <th>Path</th>
            <th>Granted</th>
            <th>Last used</th>
            <th class="r">Uses, 30 days</th>
            <th class="r">Open sessions</th>
            <th>Recommendation</th>
            <th>Decision</th>
          </tr>
        </thead>
        <tbody>
          ${groups.map(byPerson ? personGroup : accessGroup)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function restRow(items: readonly ReviewItem[]): Markup {
  const [first] = items;
  if (first === undefined) return NOTHING;
  const people = groupedBy(items, ({ person }) => `${person.identityStoreArn} ${person.userId}`);
  const names = people.map(([item]) => personName(item!.person)).toSorted();
  const more = names.length - NAMED_MEMBERS;
  const used = people.filter((paths) => paths.some(({ uses30d }) => uses30d > 0)).length;
  const said = names.slice(0, NAMED_MEMBERS).join(", ");
  return html`<tr>
    <td><span class="who">${first.permissionSet.name}</span>${accessTags(first)}</td>
    <td>${first.account.name}<span class="sub">${first.account.accountId}</span></td>
    <td class="r">${numberText(people.length)}</td>
    <td class="r">${numberText(used)}</td>
    <td class="members">
      ${more > 0 ? `${said} and ${numberText(more)} more, listed in the CSV` : said}
    </td>
  </tr> `;
}

/** What is carried on without a decision: used of late, or nothing known against it. Named, so that it can be objected to. */
export function restSection(number: number, items: readonly ReviewItem[]): Markup {
  if (items.length === 0) return NOTHING;
  const groups = groupedBy(items, (item) => `${item.account.accountId} ${item.permissionSet.arn}`);
  return html`<section id="rest">
    <div class="head">
      <h2>${number}. Carried on without a decision</h2>
      <span class="n"
        >${countText(items.length, "row", "rows")} in
        ${countText(groups.length, "line", "lines")}</span
      >
    </div>
    <p class="why">
      Unchanged access that asks for no decision, by permission set on an account: it was used of
      late, or observed too briefly to say. Every row stands in the CSV and JSON with its numbers;
      object to any of them.
    </p>
    <div class="scroll">
      <table>
        <colgroup>
          <col style="width:22%" />
          <col style="width:18%" />
          <col style="width:7%" />
          <col style="width:10%" />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th>Permission set</th>
            <th>Account</th>
            <th class="r">People</th>
            <th class="r">Used in 30 days</th>
            <th>Who</th>
          </tr>
        </thead>
        <tbody>
          ${groups.map(restRow)}
        </tbody>
      </table>
    </div>
  </section>`;
}
