/** Rebuilds everybody's sessions, residual access and findings from the stored events and sums them up. Writes nothing. */
import { RoleUses } from "../domain/access/role-use.ts";
import { DigestOfUsage } from "../domain/access/usage-digest.ts";
import { sha256 } from "../domain/ids.ts";
import type { Session } from "../domain/session.ts";
import type { Residual } from "../domain/sessions/residual/removal.ts";
import { residualDigest } from "../domain/sessions/residual/residuals.ts";
import { sessionDigest } from "../domain/sessions/reconstruct.ts";
import type { Instant } from "../domain/time.ts";
import { organisationAt, type OrganisationSources } from "./judge-organisation.ts";
import { judgeEverybody, type JudgePorts } from "./judge-people.ts";

export interface ReplayDigest {
  /** Over every session with its links and every residual, without their states, whatever the order they came in. */
  readonly digest: string;
  readonly sessions: number;
  readonly residuals: number;
}

/** Collects `<id> <digest>` lines: 100 bytes a session, so that memory stays small. */
export class DigestOfSessions {
  readonly #lines: string[] = [];
  #residuals = 0;

  add(session: Session): void {
    this.#lines.push(`${session.id} ${sessionDigest(session)}`);
  }

  addResidual(residual: Residual): void {
    this.#lines.push(`${residual.id} ${residualDigest(residual)}`);
    this.#residuals += 1;
  }

  finish(): ReplayDigest {
    const digest = sha256(this.#lines.toSorted().join("\n"));
    const sessions = this.#lines.length - this.#residuals;
    return { digest, sessions, residuals: this.#residuals };
  }
}

/** Everybody and the organisation judged as of an instant: the digest of their sessions, and how many findings the rules hold. */
export async function replay(
  ports: JudgePorts & OrganisationSources,
  at: Instant,
): Promise<ReplayDigest & { findings: number; usages: number; usageDigest: string }> {
  const digest = new DigestOfSessions();
  let findings = 0;
  const uses = new RoleUses();
  const used = new DigestOfUsage();
  for await (const { person, sessions, residuals, usage, rules } of judgeEverybody(ports, at)) {
    for (const one of usage.values()) used.add(person, one);
    for (const session of sessions) digest.add(session);
    for (const residual of residuals) digest.addResidual(residual);
    findings += rules.detections.length;
    uses.add(usage.values());
  }
  const whole = await organisationAt(ports, at, uses.all());
  findings += whole?.rules.detections.length ?? 0;
  return { ...digest.finish(), findings, ...used.finish() };
}
