/**
 * A small history for tests: fourteen days that end on a known instant, and changes as a caller would make them.
 * Guarantees nothing about the size of anything; tests that count make their own.
 */
import { Lives } from "#simulator/lives";
import type { Change, Organisation, Switches, TrailRecord } from "#simulator/model";
import { anchorFor, buildOrganisation } from "#simulator/organisation";
import { denyContent } from "#simulator/organisation/policies";
import { DAY, MINUTE } from "#simulator/random";
import { DEFAULT_SWITCHES } from "#simulator/switches";

/** A Monday morning. */
export const OPENING = Date.parse("2026-11-02T10:00:00Z");
export const DAYS = 14;

export interface Demo {
  organisation: Organisation;
  lives: Lives;
  changes: Change[];
}

/** An organisation, its lives and an empty log of changes. */
export function makeDemo(seed = 7, switches: Partial<Switches> = {}): Demo {
  const organisation = buildOrganisation(seed, anchorFor(OPENING, DAYS), DAYS);
  const changes: Change[] = [];
  const lives = new Lives(organisation, { ...DEFAULT_SWITCHES, ...switches }, () => changes);
  return { organisation, lives, changes };
}

/** One change as a caller's request makes it; in effect twenty seconds later. */
export function change(
  organisation: Organisation,
  at: number,
  eventName: string,
  parameters: Record<string, unknown>,
): Change {
  const accountId = organisation.managementAccountId;
  const service = eventName.endsWith("Policy") ? "organizations" : "sso";
  return {
    at,
    effectiveAt: at + 20_000,
    requestId: `request-${eventName}-${at}`,
    caller: {
      accountId,
      arn: `arn:aws:sts::${accountId}:assumed-role/curfew-worker/action-1`,
      roleName: "curfew-worker",
      sessionName: "action-1",
      principalId: "AROAEXAMPLEEXAMPLE234:action-1",
      accessKeyId: "ASIAEXAMPLEEXAMPLE23",
      issuedAt: at - MINUTE,
    },
    region: service === "organizations" ? "us-east-1" : organisation.region,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    parameters,
    response: null,
  };
}

/** The change that cuts people off. */
export function deny(organisation: Organisation, at: number, userIds: string[]): Change {
  const [PolicyId] = organisation.denyPolicyIds;
  return change(organisation, at, "UpdatePolicy", { PolicyId, Content: denyContent(userIds) });
}

type Fields = Record<string, unknown>;

/** A field of a record, down a path. */
export function at(made: TrailRecord, ...path: string[]): unknown {
  let value: unknown = made.record;
  for (const name of path)
    value = typeof value === "object" && value !== null ? (value as Fields)[name] : undefined;
  return value;
}

export const nameOf = (made: TrailRecord): string => String(made.record["eventName"]);

/** `creationDate` and principal: what joins the calls of one role session. */
export const sessionOf = (made: TrailRecord): string =>
  `${String(at(made, "userIdentity", "principalId"))} ${String(at(made, "userIdentity", "sessionContext", "attributes", "creationDate"))}`;

/** Role sessions in member accounts, as AssumeRoleWithSAML tells them. */
export interface Vended {
  userName: string;
  accountId: string;
  setName: string;
  startAt: number;
  endAt: number;
}

export function vendedIn(organisation: Organisation, records: TrailRecord[]): Vended[] {
  return records
    .filter(
      (made) =>
        nameOf(made) === "AssumeRoleWithSAML" &&
        made.accountId !== organisation.managementAccountId,
    )
    .map((made) => ({
      userName: String(at(made, "userIdentity", "userName")),
      accountId: made.accountId,
      setName:
        /AWSReservedSSO_(.+)_[0-9a-f]{16}$/.exec(
          String(at(made, "requestParameters", "roleArn")),
        )?.[1] ?? "",
      startAt: made.occurredAt,
      endAt: made.occurredAt + Number(at(made, "requestParameters", "durationSeconds")) * 1000,
    }));
}

export const lastDay = (): [number, number] => [OPENING - DAY, OPENING];
