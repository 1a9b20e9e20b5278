/**
 * Contained end to end in the simulated organisation, where a help desk and an identity provider do what only people can: whoever the
 * identity provider owns, whoever it does not know, and whoever had no session.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY, HOUR, SECOND } from "#core/domain/time";
import { advanceRevocation } from "#core/flows/revocation/advance-revocations";
import { requestRevocation } from "#core/flows/revocation/request-revocation";
import { revocationView, type RevocationView } from "#core/flows/revocation/view";
import { onWatch, SHIFT } from "#simulator/lives/watch";
import type { Person } from "#simulator/model";
import { first } from "#test/unit/simulator-wire/office";
import { openSimulatedWorld, type SimulatedWorld } from "./simulated-world.ts";

let simulated: SimulatedWorld;
let readTo: number;

beforeAll(async () => {
  simulated = await openSimulatedWorld({ helpDeskMinutes: 4 }, 7 * 24 * 60);
  const { clock } = simulated.office;
  // In the middle of a shift: the tools of those on watch are in use.
  clock.now += 2 * HOUR;
  readTo = clock.now - 8 * DAY;
  await read();
  await simulated.snapshot();
});
afterAll(() => simulated.close());

async function read(): Promise<void> {
  const { now } = simulated.office.clock;
  await simulated.read(readTo, now);
  readTo = now;
}

const people = (): Person[] => simulated.office.world.organisation.people;

async function request(person: Person): Promise<string> {
  const { identityStoreArn } = simulated.office.world.organisation;
  const { id } = await requestRevocation(simulated.ports, {
    user: { identityStoreArn, userId: person.userId, userName: person.userName },
    reason: "left the company",
    requester: { actor: "responder", userId: null },
  });
  return id;
}

/** Half a minute a pass; the trail is read after each. */
async function pass(ids: readonly string[], passes: number): Promise<void> {
  for (let done = 0; done < passes; done += 1) {
    simulated.office.clock.now += 30 * SECOND;
    await read();
    for (const id of ids) await advanceRevocation(simulated.ports, id);
  }
}

const view = (id: string): Promise<RevocationView> => revocationView(simulated.ports, id);

test(
  "people are contained once every session is proven over, the groups are left and the directory was read again",
  async () => {
    const { clock } = simulated.office;
    const owned = first(onWatch(simulated.lives.stage, Math.floor(clock.now / SHIFT)));
    const local = first(
      people().filter((one) => one.externalId === null && one.profile === "contractor"),
    );
    const idle = first(
      people()
        .filter((one) => one.profile === "dormant")
        .slice(5),
    );
    const ids = [await request(owned), await request(local), await request(idle)];

    await pass(ids, 6);
    expect((await view(ids[0]!)).open.map(({ kind }) => kind)).toContain("access");
    await pass(ids, 18);
    const [ofOwned, ...others] = await Promise.all(ids.map(view));
    // Every manual step was done by somebody, and nothing is contained before the directory is read again.
    for (const one of [ofOwned!, ...others]) {
      expect(one.steps.filter((step) => step.state !== "confirmed")).toEqual([]);
      expect(one.state).toBe("enforced");
    }
    expect(ofOwned!.steps.filter(({ mode }) => mode === "manual").map(({ mechanism }) => mechanism))
    .toEqual(expect.arrayContaining(["remove-membership", "scim-deactivate", "end-sessions"])); // prettier-ignore
    await simulated.snapshot();
    clock.now += 2 * HOUR;
    await read();
    const proven = await view(ids[0]!);
    const proofs = new Set(proven.residual.map(({ kind, proof }) => `${kind} ${proof?.proof}`));
    expect(proofs).toContain("role denied-call");
    expect(proofs).toContain("portal ended-by-event");
    expect(proofs).toContain("token ended-by-event");
    expect((await Promise.all(ids.map(view))).map(({ state, open }) => [state, open])).toEqual(
      ids.map(() => ["contained", []]),
    );
    clock.now += 13 * HOUR;
    await read();
    for (const id of ids)
      expect((await advanceRevocation(simulated.ports, id)).state).toBe("released");
    expect(simulated.office.world.at(clock.now).userStatus(owned.userId)).toBe("DISABLED");
  },
  120 * SECOND,
);
