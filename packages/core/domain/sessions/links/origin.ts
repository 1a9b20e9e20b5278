/**
 * From a portal call that hands out credentials to the session it was made in, by the credential it carries. A portal session's
 * credential is its key; an access token's is exact where the session is known by it and inferred where a chain of grants took it.
 */
import type { TrailEvent } from "../../event.ts";
import type { Draft } from "../draft.ts";
import { deviceOf } from "./clients.ts";

/** GetRoleCredentials or Federate, answered. */
export type Vending = Extract<TrailEvent, { kind: "portal" }>;

export interface Origin {
  readonly draft: Draft;
  /** No inference lies between the credential and the session. */
  readonly exact: boolean;
  /** Devices that the session's grants were made to; empty for sessions without a grant. */
  readonly devices: ReadonlySet<string>;
}

export type Origins = ReadonlyMap<string, Origin>;

/** Portal, token, application and background sessions by the credentials that their portal events carry. */
export function originsOf(drafts: readonly Draft[]): Origins {
  const origins = new Map<string, Origin>();
  for (const draft of drafts) {
    if (draft.kind === "role") continue;
    const devices = devicesOf(draft);
    for (const event of draft.exact) add(origins, event, { draft, exact: true, devices });
    for (const event of draft.inferred) add(origins, event, { draft, exact: false, devices });
  }
  return origins;
}

function devicesOf(draft: Draft): Set<string> {
  const devices = new Set<string>();
  for (const event of draft.exact) {
    const device = event.kind === "token" ? deviceOf(event) : null;
    if (device !== null) devices.add(device);
  }
  return devices;
}

function add(origins: Map<string, Origin>, event: TrailEvent, origin: Origin): void {
  if (event.kind !== "portal" || event.credentialId === null) return;
  if (origin.exact || !origins.has(event.credentialId)) origins.set(event.credentialId, origin);
}

/** Whether a chain that took the call by inference was granted to its device; a chain that is exact needs no such proof. */
export function isLikeChain(origin: Origin, vending: Vending): boolean {
  if (origin.exact) return true;
  const device = deviceOf(vending);
  return device !== null && origin.devices.has(device);
}
