/** What the flows of a revocation are handed, here and by the worker: who may be cut, and by what. */
import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { PostgresRevocationStore } from "#core/adapters/postgres/revocation/revocation-store";
import type { ContainSettings } from "#core/domain/revocation/facts";
import type { RevocationPorts, StepPorts } from "#core/flows/revocation/ports";
import type { Runtime } from "./runtime.ts";
import type { World } from "./world.ts";

/** Containment is on in the demo; elsewhere only when a person switched it on and named a break-glass person. */
export function containSettings(runtime: Runtime, world: World): ContainSettings {
  const { contain } = runtime.config;
  return {
    contain:
      world.kind === "demo" ? "demo" : contain.enabled && world.revoker !== null ? "on" : "off",
    breakGlass: [...world.breakGlass, ...contain.breakGlass],
    peopleIn24h: contain.peoplePerDay,
    denyPolicyIds: world.denyPolicyIds,
  };
}

export function revocationPorts(runtime: Runtime, world: World): RevocationPorts {
  return {
    store: new PostgresRevocationStore(runtime.database),
    history: runtime.stores.history,
    access: runtime.stores.access,
    clock: runtime.clock,
    random: (bytes) => randomBytes(bytes),
    contain: containSettings(runtime, world),
    sessionSettings: runtime.settings,
    actions: runtime.judgePorts.actions,
  };
}

/** Null where nothing can be carried out. */
export function stepPorts(runtime: Runtime, world: World, actor: string): StepPorts | null {
  return world.revoker === null
    ? null
    : { ...revocationPorts(runtime, world), revoker: world.revoker, actor };
}

/** How the audit names a person at this command line. */
export function commandLineActor(): string {
  return `cli:${userInfo().username}`;
}
