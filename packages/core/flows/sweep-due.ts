/**
 * Judges whoever is due: people first, because the organisation is judged by the use that was found of them, then the organisation.
 * Losing any part of a run costs latency: what was not judged is still due.
 */
import { instant } from "../domain/time.ts";
import {
  judgeOrganisation,
  type OrganisationPorts,
  type OrganisationReceipt,
} from "./judge-organisation.ts";
import { sweepPeople, type SweepPorts, type SweepReceipt } from "./sweep-people.ts";

export interface DuePorts {
  readonly people: SweepPorts;
  readonly organisation: OrganisationPorts;
}

export interface DueReceipt {
  readonly people: SweepReceipt;
  readonly organisation: OrganisationReceipt;
}

/** @param patience of the organisation's judgement: see `judgeOrganisation`. */
export async function sweepDue(
  ports: DuePorts,
  patience: "rest" | "none",
  progress?: (judged: number, total: number) => void,
  signal?: AbortSignal,
): Promise<DueReceipt> {
  const { organisations, clock } = ports.organisation;
  await organisations.comparePeersAgain(instant(clock.now()));
  const people = await sweepPeople(ports.people, progress, signal);
  const organisation = await judgeOrganisation(ports.organisation, people.judged, patience);
  return { people, organisation };
}
