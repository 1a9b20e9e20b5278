/**
 * What a user agent says of the device: client, system and process. Texts are the caller's own and can be forged: likeness supports
 * an inference and never makes one exact. What does not say is null, and null is like nothing.
 */
import type { TrailEvent } from "../../event.ts";

/**
 * The client with its build and system, without what differs from command to command of one installation: `md/command#s3.ls`
 * and the process id `sid/…` of the AWS CLI stand after the rest (AWS CLI 2, user agent as CloudTrail shows it).
 */
export function clientOf(userAgent: string | null): string | null {
  if (userAgent === null || userAgent === "") return null;
  return userAgent
    .split(" ")
    .filter((part) => !/^(?:md\/command#|sid\/|exec-env\/|cfg\/|m\/)/.test(part))
    .join(" ");
}

/** The process of a command line (`sid/<hex>`), equal in every call that one process makes. */
export function processOf(userAgent: string | null): string | null {
  return / sid\/([0-9a-f]+)/.exec(userAgent ?? "")?.[1] ?? null;
}

export type System = "macos" | "windows" | "linux";

/** The operating system, where browser or command line name one. */
export function systemOf(userAgent: string | null): System | null {
  if (userAgent === null) return null;
  if (/\bos\/macos|Macintosh/i.test(userAgent)) return "macos";
  if (/\bos\/windows|Windows NT/i.test(userAgent)) return "windows";
  return /\bos\/linux|X11; Linux/i.test(userAgent) ? "linux" : null;
}

/** Address and client together, where the record has both. */
export function deviceOf({ sourceIp, userAgent }: TrailEvent): string | null {
  const client = clientOf(userAgent);
  return sourceIp === null || client === null ? null : `${sourceIp} ${client}`;
}

/** Same address and same client. */
export function isAlike(left: TrailEvent, right: TrailEvent): boolean {
  const device = deviceOf(left);
  return device !== null && device === deviceOf(right);
}

/** Both name a process, and it is one. */
export function isSameProcess(left: TrailEvent, right: TrailEvent): boolean {
  const process = processOf(left.userAgent);
  return process !== null && process === processOf(right.userAgent);
}
