/** Sums up use, so that what is stored can be compared with what the events give. Pure; covers nothing that depends on the clock. */
import { canonicalJson, sha256 } from "../ids.ts";
import type { PersonKey } from "../person.ts";
import type { Usage } from "./usage.ts";

/** Use as it is kept: how often it was used of late is a question of the clock. */
export type LastingUsage = Omit<Usage, "uses30d">;

export function usageDigest(usage: LastingUsage): string {
  const { accountId, roleName, firstUsedAt, lastUsedAt, usedDays, calls, deniedCalls } = usage;
  const { sessions, services, actions, otherActionCalls } = usage;
  const counts = [usedDays, calls, deniedCalls, sessions, otherActionCalls];
  return sha256(
    canonicalJson([accountId, roleName, firstUsedAt, lastUsedAt, counts, services, actions]),
  );
}

/** Collects a line for each use: 200 bytes, so that memory stays small. */
export class DigestOfUsage {
  readonly #lines: string[] = [];

  add({ identityStoreArn, userId }: PersonKey, usage: LastingUsage): void {
    this.#lines.push(`${identityStoreArn} ${userId} ${usageDigest(usage)}`);
  }

  /** The same whatever the order. */
  finish(): { readonly usages: number; readonly usageDigest: string } {
    const lines = this.#lines.toSorted();
    return { usages: lines.length, usageDigest: sha256(lines.join("\n")) };
  }
}
