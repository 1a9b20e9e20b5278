/** Records that cannot be kept as events, one of each sort: as JSON text, because some of them are no value of JavaScript. */
import { record, signIn } from "#test/support/records";

export interface BadRecord {
  readonly what: string;
  readonly json: string;
}

const AT = "2026-11-02T08:00:00Z";
const changed = (what: string, more: Record<string, unknown>): BadRecord => ({
  what,
  json: JSON.stringify(signIn(AT, more)),
});
/** With text put in place of a word that JSON.stringify would not write. */
const spelled = (what: string, key: string, text: string): BadRecord => ({
  what,
  json: JSON.stringify(signIn(AT, { [key]: "@@" })).replace('"@@"', text),
});

export const BAD_RECORDS: readonly BadRecord[] = [
  { what: "null", json: "null" },
  { what: "a number", json: "42" },
  { what: "a string", json: '"x"' },
  { what: "an array", json: "[]" },
  changed("no eventID", { eventID: undefined }),
  changed("an empty eventID", { eventID: "" }),
  changed("an eventID that is no UUID", { eventID: "none" }),
  changed("no eventTime", { eventTime: undefined }),
  changed("the thirtieth of February", { eventTime: "2026-02-30T00:00:00Z" }),
  changed("second 60", { eventTime: "2026-06-30T23:59:60Z" }),
  changed("a time that is a number", { eventTime: 1_793_606_400 }),
  changed("the time now", { eventTime: "now" }),
  changed("the time infinity", { eventTime: "infinity" }),
  changed("the time epoch", { eventTime: "epoch" }),
  changed("the year 9999999", { eventTime: "9999999-01-01T00:00:00Z" }),
  changed("a time without a zone", { eventTime: "2026-11-02T08:00:00" }),
  changed("U+0000", { userAgent: "a\u0000b" }),
  spelled("a lone surrogate", "userAgent", '"\\ud800"'),
  {
    what: "depth 50,000",
    json: JSON.stringify(record(AT, "sso.amazonaws.com", "Authenticate", { deep: "@@" })).replace(
      '"@@"',
      `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
    ),
  },
  changed("an account of a million letters", { recipientAccountId: "x".repeat(1_000_000) }),
];
