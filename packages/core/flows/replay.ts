/** Rebuilds everybody's sessions and findings from the stored events and sums them up. Writes nothing. */
import { sha256 } from "../domain/ids.ts";
import type { Session } from "../domain/session.ts";
import { sessionDigest } from "../domain/sessions/reconstruct.ts";
import type { Instant } from "../domain/time.ts";
import { judgeEverybody, type JudgePorts } from "./judge-people.ts";

export interface ReplayDigest {
  /** Over every session with its links and without its state, whatever the order they came in. */
  readonly digest: string;
  readonly sessions: number;
}

/** Collects `<id> <digest>` lines: 100 bytes a session, so that memory stays small. */
export class DigestOfSessions {
  readonly #lines: string[] = [];

  add(session: Session): void {
    this.#lines.push(`${session.id} ${sessionDigest(session)}`);
  }

  finish(): ReplayDigest {
    return { digest: sha256(this.#lines.toSorted().join("\n")), sessions: this.#lines.length };
  }
}

/** Everybody judged as of an instant: the digest of their sessions, and how many findings the rules hold. */
export async function replay(
  ports: JudgePorts,
  at: Instant,
): Promise<ReplayDigest & { findings: number }> {
  const digest = new DigestOfSessions();
  let findings = 0;
  for await (const { sessions, rules } of judgeEverybody(ports, at)) {
    for (const session of sessions) digest.add(session);
    findings += rules.detections.length;
  }
  return { ...digest.finish(), findings };
}
