/** What the flows of a revocation are handed. Reading flows need no `Revoker`: only the worker can change AWS. */
import type { ActionCatalogue } from "../../domain/policy/catalogue.ts";
import type { ContainSettings } from "../../domain/revocation/facts.ts";
import type { SessionSettings } from "../../domain/session.ts";
import type { AccessStore } from "../../ports/access/access-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PersonHistory } from "../../ports/person-history.ts";
import type { RevocationStore } from "../../ports/revocation-store.ts";
import type { Revoker } from "../../ports/revoker.ts";

export interface RevocationPorts {
  readonly store: RevocationStore;
  readonly history: PersonHistory;
  readonly access: AccessStore;
  readonly clock: Clock;
  /** Fresh random bytes, for ids. */
  readonly random: (bytes: number) => Uint8Array;
  readonly contain: ContainSettings;
  readonly sessionSettings: SessionSettings;
  /** The data of AWS's actions, by which a plan judges whom it cuts. */
  readonly actions: () => Promise<ActionCatalogue>;
}

export interface StepPorts extends RevocationPorts {
  readonly revoker: Revoker;
  /** Who acts, in audit records: `worker`, `cli:<user>`. */
  readonly actor: string;
}
