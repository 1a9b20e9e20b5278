/** Words that the CSV and the page share. Times are UTC; no locale takes part, so that the bytes are the same everywhere. */
import type { PathStep } from "../access.ts";
import type { Instant } from "../time.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `5 Mar 2026`, the day in UTC. */
export function dayText(at: Instant): string {
  return `${Number(at.slice(8, 10))} ${MONTHS[Number(at.slice(5, 7)) - 1]} ${at.slice(0, 4)}`;
}

/** `5 Mar 2026, 14:02 UTC`. */
export function timeText(at: Instant): string {
  return `${dayText(at)}, ${at.slice(11, 16)} UTC`;
}

/** `group platform-admins`, or `direct assignment`. */
export function pathText(path: readonly PathStep[]): string {
  return path
    .filter(({ kind }) => kind !== "assignment" || path.length === 1)
    .map(({ kind, name }) => (kind === "assignment" ? "direct assignment" : `${kind} ${name}`))
    .join(", ");
}

/** `1,234`. */
export function numberText(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 person`, `2 people`. */
export function countText(count: number, one: string, many: string): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}
