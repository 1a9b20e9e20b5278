/** What a plan is made from: facts of one person at one instant. Nothing here is read by the plan itself. */
import type { DirectoryUser, EffectiveAccess } from "../access.ts";
import type { Person, PersonKey } from "../person.ts";
import type { SessionView } from "../session.ts";
import type { Instant } from "../time.ts";
import type { DenyPolicyLoad } from "./deny-policy.ts";

/** Who asks. `userId` is theirs in the same identity store, where the caller is known as a person. */
export interface Requester {
  /** Token name, `cli:<user>`. */
  readonly actor: string;
  readonly userId: string | null;
}

export interface ContainSettings {
  /** `demo`: on, against the synthetic organisation, where a second person would only be pretended. */
  readonly contain: "off" | "on" | "demo";
  /** User ids or user names of people whom nobody may cut. */
  readonly breakGlass: readonly string[];
  /** So many people in 24 h, all origins together, may be cut without a second person. */
  readonly peopleIn24h: number;
  /** Policies that the customer attached beforehand. */
  readonly denyPolicyIds: readonly string[];
}

/** A group the person is a member of and that carries access. */
export interface GroupFact {
  readonly groupId: string;
  readonly groupName: string;
  /** The identity provider owns it: a removal here is undone by its next synchronisation. */
  readonly scimOwned: boolean;
}

export interface DirectoryFacts {
  /** Null when the directory does not have the person. */
  readonly user: DirectoryUser | null;
  readonly groups: readonly GroupFact[];
  /** Null when no account is known as the management account. */
  readonly managementAccountId: string | null;
  /** Other enabled people who can take a permission set that allows everything. */
  readonly otherAdministrators: number;
  /** Other enabled people of whom that is not known, because policies could not be read. */
  readonly otherUnknown: number;
}

export interface RevocationFacts {
  readonly now: Instant;
  readonly user: Person;
  readonly requester: Requester;
  readonly sessions: readonly SessionView[];
  /** One row a path. */
  readonly access: readonly EffectiveAccess[];
  /** Null before the first snapshot. */
  readonly directory: DirectoryFacts | null;
  /** Roles that the person's sessions took by chaining. */
  readonly chainedRoleArns: readonly string[];
  readonly denyPolicies: readonly DenyPolicyLoad[];
  /** Whom anybody cut in the last 24 h. */
  readonly peopleCut: readonly PersonKey[];
  readonly settings: ContainSettings;
}
