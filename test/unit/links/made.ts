/** What the tests of links share: one synthetic person, their clients, and sessions from records. */
import type { TrailEvent } from "#core/domain/event";
import type { Person } from "#core/domain/person";
import type { Session } from "#core/domain/session";
import { settingsOf } from "#core/domain/sessions/durations";
import { reconstruct } from "#core/domain/sessions/reconstruct";
import { decodeRecord } from "#core/domain/trail/decode";
import { NAME, STORE, USER } from "#test/support/records";

export const ADA: Person = { identityStoreArn: STORE, userId: USER, userName: NAME };
export const DAY = "2026-11-02T";
export const [FIRST, SECOND, THIRD] = [1, 2, 3].map(
  (n) => `6a1f2c3d-1111-4222-8333-44445555666${n}`,
) as [string, string, string];
export const tokenId = (letter: string): string => `AAAAAG${letter.repeat(84)}`;
export const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0";
export const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/141.0.0.0";
export const cli = (system: string, sid: string, command = "s3.ls"): string =>
  `aws-cli/2.34.30 ua/2.1 os/${system} md/command#${command} sid/${sid}`;

export function sessions(...records: unknown[]): Session[] {
  const events = records.map((one): TrailEvent => {
    const decoded = decodeRecord(one);
    if (decoded.outcome !== "event") throw new Error(decoded.reason);
    return decoded.event;
  });
  return reconstruct(ADA, events, settingsOf(7 * 24 * 60));
}

export const withKey = (all: readonly Session[], key: string): Session =>
  all.find((session) => session.keys.some((one) => one.includes(key)))!;
export const ofKind = (all: readonly Session[], kind: Session["kind"]): Session =>
  all.find((session) => session.kind === kind)!;
