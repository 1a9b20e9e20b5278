/** The use of access, as it was written when people were judged. */
import type { SeenUse } from "../../domain/access.ts";
import type { LastingUsage } from "../../domain/access/usage-digest.ts";
import type { PersonUsage } from "../../domain/access/usage.ts";
import type { PersonKey } from "../../domain/person.ts";
import type { Instant } from "../../domain/time.ts";

export interface UsageStore {
  /**
   * The use of each of these people by `personKey`, everybody who used nothing left out. Sessions begun in the 30 days before `now` are
   * counted then; all else is as of the last judgement.
   */
  ofPeople(people: readonly PersonKey[], now: Instant): Promise<Map<string, PersonUsage>>;
  /** The same without services and actions, for lists of many people. */
  seenBy(
    people: readonly PersonKey[],
    now: Instant,
  ): Promise<Map<string, ReadonlyMap<string, SeenUse>>>;
  /** Everything, by person, account and role, in bounded memory. */
  everything(): AsyncIterable<PersonKey & { readonly usage: LastingUsage }>;
}
