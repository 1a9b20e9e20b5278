/** What views of access ask of the store beside the directory and the use of named people. */
import type { Usage } from "../../domain/access/usage.ts";
import type { Severity } from "../../domain/finding.ts";
import type { Person } from "../../domain/person.ts";
import type { Instant } from "../../domain/time.ts";

/** What was seen of the use of a permission set or role by everybody, in all accounts. */
export interface RoleUseTotal {
  readonly lastUsedAt: Instant;
  readonly people: number;
}

export interface PersonUse {
  readonly person: Person;
  readonly use: Usage;
}

/** How many findings a rule holds about one subject. */
export interface FindingCount {
  readonly ruleId: string;
  readonly severity: Severity;
  readonly count: number;
}

export interface AccessViewStore {
  /**
   * A text that is another one when the directory at an instant may be another one: a crawl was published, or an event that changes
   * access was stored. Null before the first crawl.
   */
  version(at: Instant): Promise<string | null>;
  /** A text that is another one when more was read of anything. */
  readVersion(): Promise<string>;
  /** By the name of a permission set or the ARN of a role, as of the last judgement. */
  roleUses(): Promise<ReadonlyMap<string, RoleUseTotal>>;
  /** Everybody's use of one permission set's name or role's ARN, as of the last judgement. */
  usesOf(roleName: string): Promise<PersonUse[]>;
  /** Findings about permission sets that were open at an instant, by the set's ARN. */
  openFindings(at: Instant): Promise<ReadonlyMap<string, number>>;
  /** Ids of the findings about one permission set that were open at an instant, newest first. */
  findingsAbout(permissionSetArn: string, at: Instant): Promise<string[]>;
  /** Findings about people's access by one permission set that were open at an instant, counted. */
  findingsOfHolders(permissionSetArn: string, at: Instant): Promise<FindingCount[]>;
}
