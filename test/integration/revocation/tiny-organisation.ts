/** An organisation in memory, as small as a revocation needs, whose every change counts as one effect. */
import type { AccountAssignment } from "#core/domain/access";
import type { TrailEvent } from "#core/domain/event";
import type { Person } from "#core/domain/person";
import { Fault } from "#core/domain/fault";
import { parseDenyPolicy, renderDenyPolicy } from "#core/domain/revocation/deny-policy";
import { instant, type Instant } from "#core/domain/time";
import type { AccessStore, TimedSnapshot } from "#core/ports/access/access-store";
import type { PersonHistory } from "#core/ports/person-history";
import type { Revoker } from "#core/ports/revoker";
import { NOTHING_MORE, PLAIN_SET } from "#test/support/snapshot";
import { MEMBER_ACCOUNT, OTHER_ACCOUNT, STORE } from "../../unit/revocation/records.ts";

export const POLICY = "p-curfew01";
export const SET_ARN = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef";
export const GROUP = "1234567890-aaaaaaaa-1111-4111-8111-111111111111";

export class TinyOrganisation {
  policyText = renderDenyPolicy([]);
  readonly assignments = new Set<string>();
  readonly members = new Set<string>();
  readonly people: Person[] = [];
  readonly events: TrailEvent[] = [];
  readonly effects: string[] = [];
  /** Told before and after every call. */
  disturb: (call: string, phase: "before" | "after") => void = () => undefined;
  now: number;

  constructor(now: Instant) {
    this.now = Date.parse(now);
  }

  /** A person with one assignment of their own and one through the group. */
  add(person: Person): void {
    this.people.push(person);
    this.assignments.add(person.userId);
    this.members.add(person.userId);
  }

  readonly revoker: Revoker = {
    readDenyPolicy: async (policyId) => {
      if (policyId !== POLICY)
        throw new Fault("aws.unexpected", `There is no policy ${policyId}: name one that exists.`);
      return {
        policyId,
        policyArn: `arn:aws:organizations::111111111111:policy/o-example123/service_control_policy/${policyId}`,
        content: this.policyText,
      };
    },
    writeDenyPolicy: async (_policyId, content) => {
      const before = parseDenyPolicy(this.policyText);
      const after = parseDenyPolicy(content);
      if (!before.ok || !after.ok) throw new Error("a foreign text was overwritten");
      for (const id of after.userIds)
        if (!before.userIds.includes(id)) this.effects.push(`deny ${id}`);
      for (const id of before.userIds)
        if (!after.userIds.includes(id)) this.effects.push(`allow ${id}`);
      this.policyText = content;
      return { requestId: "request-policy" };
    },
    assignmentExists: async ({ principalId }) => this.assignments.has(principalId),
    removeAssignment: async ({ principalId }) => {
      if (this.assignments.delete(principalId)) this.effects.push(`unassign ${principalId}`);
      return { requestId: `request-${principalId}` };
    },
    assignmentRemoval: async () => ({ status: "succeeded", reason: null }),
    membershipId: async (_groupId, userId) => (this.members.has(userId) ? `m-${userId}` : null),
    removeMembership: async (membershipId) => {
      if (this.members.delete(membershipId.slice(2)))
        this.effects.push(`leave ${membershipId.slice(2)}`);
      return { requestId: `request-${membershipId}` };
    },
    userStatus: async () => "enabled",
  };

  readonly history: PersonHistory = {
    resolve: async (text) => this.people.filter((person) => person.userName === text),
    person: async (key) =>
      this.people.find((person) => person.userId === key.userId) ?? { ...key, userName: null },
    eventsOf: async (person, before) =>
      this.events.filter(
        (event) =>
          event.occurredAt < before &&
          (event.person?.userId === person.userId || event.subjectUserId === person.userId),
      ),
    everybody: async function* () {},
  };

  readonly access: AccessStore = {
    publish: async () => ({ opened: 0, closed: 0 }),
    asOf: async () => this.#snapshot(),
  };

  #snapshot(): TimedSnapshot {
    const takenAt = instant(this.now);
    const direct = (principalId: string): AccountAssignment => ({
      accountId: MEMBER_ACCOUNT,
      permissionSetArn: SET_ARN,
      principalType: "USER",
      principalId,
    });
    return {
      id: "snp_test",
      takenAt,
      firstCrawlAt: takenAt,
      observedFrom: new Map(),
      instance: {
        instanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
        identityStoreArn: STORE,
        identityStoreId: "d-1234567890",
        ownerAccountId: "111111111111",
        region: "eu-central-1",
      },
      users: this.people.map((person) => ({
        identityStoreArn: STORE,
        userId: person.userId,
        userName: person.userName ?? "",
        displayName: null,
        email: null,
        status: "enabled" as const,
        externalId: null,
      })),
      groups: [
        { identityStoreArn: STORE, groupId: GROUP, displayName: "Builders", externalId: null },
      ],
      memberships: [...this.members].map((userId) => ({
        identityStoreArn: STORE,
        membershipId: `m-${userId}`,
        groupId: GROUP,
        userId,
      })),
      permissionSets: [
        {
          arn: SET_ARN,
          name: "Developer",
          description: null,
          sessionDuration: "PT1H",
          managedPolicyArns: [],
          customerManagedPolicies: [],
          inlinePolicy: null,
          boundary: null,
          ...PLAIN_SET,
        },
      ],
      ...NOTHING_MORE,
      accounts: [account("111111111111", true), account(MEMBER_ACCOUNT), account(OTHER_ACCOUNT)],
      assignments: [
        ...[...this.assignments].map(direct),
        {
          accountId: OTHER_ACCOUNT,
          permissionSetArn: SET_ARN,
          principalType: "GROUP",
          principalId: GROUP,
        },
      ],
    };
  }

  /** The port with `disturb` around each of its calls. */
  disturbed<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name, target);
        if (typeof method !== "function") return method;
        return async (...parameters: unknown[]) => {
          this.disturb(String(name), "before");
          const answer: unknown = await (method as (...all: unknown[]) => unknown).apply(
            target,
            parameters,
          );
          this.disturb(String(name), "after");
          return answer;
        };
      },
    });
  }
}

function account(accountId: string, isManagement = false) {
  return {
    accountId,
    name: accountId,
    email: null,
    status: "ACTIVE",
    organizationalUnitPath: "",
    isManagement,
  };
}
