/**
 * CSV of an access review, as RFC 4180 has it: one row a path of access, and empty columns for the decision, so that the file
 * serves as a worksheet. Written here and not by a library because the pack is sealed from one pure build, and the domain uses none.
 * Text that a spreadsheet would run as a formula is made text by a leading quote (OWASP: CSV injection).
 */
import type { AccessReview } from "./access-review.ts";
import type { ReviewItem } from "./item.ts";
import { pathText } from "./words.ts";

type Cell = string | number | boolean | null;

const COLUMNS: readonly (readonly [string, (item: ReviewItem) => Cell])[] = [
  ["itemId", (item) => item.itemId],
  ["section", (item) => item.section],
  ["userName", (item) => item.person.userName],
  ["displayName", (item) => item.person.displayName],
  ["email", (item) => item.person.email],
  ["userId", (item) => item.person.userId],
  ["identityStoreArn", (item) => item.person.identityStoreArn],
  ["externalId", (item) => item.person.externalId],
  ["personStatus", (item) => item.person.status],
  ["accountId", (item) => item.account.accountId],
  ["accountName", (item) => item.account.name],
  ["organizationalUnitPath", (item) => item.account.organizationalUnitPath],
  ["isManagementAccount", (item) => item.account.isManagement],
  ["permissionSetName", (item) => item.permissionSet.name],
  ["permissionSetArn", (item) => item.permissionSet.arn],
  ["administrator", (item) => item.permissionSet.administrator],
  ["path", (item) => pathText(item.path)],
  ["grantedAt", (item) => item.grantedAt],
  ["grantedNotAfter", (item) => item.grantedNotAfter],
  ["lastUsedAt", (item) => item.lastUsedAt],
  ["uses30d", (item) => item.uses30d],
  ["usageSharedByPaths", (item) => item.usageSharedByPaths],
  ["observedSince", (item) => item.observedSince],
  ["observedDays", (item) => item.observedDays],
  ["openSessionsHere", (item) => item.openSessions.here],
  ["openSessionsOfPerson", (item) => item.openSessions.ofPerson],
  ["latestSessionEnd", (item) => item.openSessions.latestEndsAt],
  ["findingIds", (item) => item.findings.map(({ id }) => id).join(" ")],
  [
    "findings",
    (item) => item.findings.map(({ severity, summary }) => `${severity}: ${summary}`).join(" "),
  ],
  ["changeSinceLast", (item) => item.changeSinceLast],
  ["recommendation", (item) => item.recommendation],
  ["reasons", (item) => item.reasons.join(" ")],
  ["decision", () => null],
  ["decidedBy", () => null],
  ["decidedAt", () => null],
  ["justification", () => null],
  ["rowHash", (item) => item.rowHash],
];

/** One cell: quoted where RFC 4180 asks, and never a formula. Numbers and booleans are ours and stay bare. */
export function csvCell(value: Cell): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** UTF-8 text with a header line; lines end in CRLF. */
export function accessReviewCsv(review: AccessReview): string {
  const lines = [
    COLUMNS.map(([name]) => name),
    ...review.items.map((item) => COLUMNS.map(([, cell]) => csvCell(cell(item)))),
  ];
  return lines.map((cells) => `${cells.join(",")}\r\n`).join("");
}
