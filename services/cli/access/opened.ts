/** The directory as of an instant for commands, with the use of access: as it is stored, or as it was known at an instant of the past. */
import { PostgresAccessViewStore } from "#core/adapters/postgres/access/views";
import { eventsOfPeople } from "#core/adapters/postgres/people/history";
import type { PermissionSet } from "#core/domain/access";
import { Fault } from "#core/domain/fault";
import type { Instant } from "#core/domain/time";
import { PastUsage } from "#core/flows/access-views/past-usage";
import { permissionSetNamed } from "#core/flows/access-views/permission-set";
import { accessView, type AccessView } from "#core/flows/access-views/view";
import type { UsageStore } from "#core/ports/people/usage-store";
import { asOfOption } from "../options.ts";
import type { Output } from "../output.ts";
import type { Runtime } from "../runtime.ts";

export interface OpenedAccess {
  readonly view: AccessView;
  readonly usage: Pick<UsageStore, "seenBy" | "ofPeople">;
  readonly store: PostgresAccessViewStore;
  /** True: as of an instant that was named. */
  readonly isPast: boolean;
}

/** Null, and one sentence said, before the first crawl. */
export async function openAccess(
  runtime: Runtime,
  asOf: string | undefined,
  output: Output,
): Promise<OpenedAccess | null> {
  const at = asOfOption(asOf, runtime.now());
  const view = await accessView(viewPorts(runtime), at);
  if (view === null) {
    await sayUnknown(runtime, at, output);
    return null;
  }
  const isPast = asOf !== undefined;
  return {
    view,
    usage: isPast ? pastUsage(runtime) : runtime.stores.usage,
    store: new PostgresAccessViewStore(runtime.database, runtime.now),
    isPast,
  };
}

function viewPorts({ stores, judgePorts, config }: Runtime) {
  const { actions } = judgePorts;
  const { productionAccounts } = config.rules;
  return { access: stores.access, observations: stores.observations, actions, productionAccounts };
}

function pastUsage({ database, settings }: Runtime): PastUsage {
  return new PastUsage(
    (people, before) => eventsOfPeople(database.pool, people, before),
    () => Promise.resolve(settings),
  );
}

/** What is not known is said as such: an empty list would say that nobody had access. */
export async function sayUnknown(runtime: Runtime, at: Instant, output: Output): Promise<void> {
  const first = await firstCrawlAt(runtime);
  const reason =
    first === null
      ? "the directory has not been read: run curfew snapshot."
      : `the directory was first read at ${first}: choose a later instant.`;
  output.value({ unknown: { asOf: at, firstCrawlAt: first, reason } });
  output.say(`Who had access at ${at} is unknown, because ${reason}`);
}

async function firstCrawlAt({ stores, now }: Runtime): Promise<Instant | null> {
  return (await stores.access.asOf(now()))?.firstCrawlAt ?? null;
}

/** Fault `input.unknown-permission-set` when there is none with this name or ARN. */
export function setNamed(view: AccessView, text: string): PermissionSet {
  const set = permissionSetNamed(view, text);
  if (set !== null) return set;
  throw new Fault(
    "input.unknown-permission-set",
    `There is no permission set ${JSON.stringify(text.slice(0, 120))}: curfew permission-set lists those that there are.`,
  );
}
