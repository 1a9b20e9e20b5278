/** What an observer compares of two records: who seems to have made them. */
import type { Session } from "../../lives/stage.ts";
import type { Shown } from "../shown.ts";

/** Same address and client; the same process where both name one. */
export function isAlike(one: Shown, other: Shown): boolean {
  return addressOf(one) === addressOf(other) && clientOf(one) === clientOf(other);
}

const addressOf = ({ record }: Shown): string => String(record["sourceIPAddress"]);

/** Client and system, without what changes from command to command. */
function clientOf({ record }: Shown): string {
  return String(record["userAgent"]).replace(/ md\/command#.*$/, "");
}

/** A grant that issued a token. */
export const isGrant = ({ record }: Shown): boolean =>
  record["eventName"] === "CreateToken" && record["responseElements"] !== null;

/** The two clients of one device name one system. */
export function systemOf({ userAgent }: Session): string {
  return (/macos|macintosh|windows|linux/i.exec(userAgent)?.[0] ?? "")
    .toLowerCase()
    .replace("macintosh", "macos");
}
