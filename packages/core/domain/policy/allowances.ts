/** What is allowed, service by service, for summaries. Guarantees counts of actions that are allowed on something, whatever the condition. */
import type { EffectiveAccess } from "./access/effective.ts";
import { has } from "./bits.ts";
import type { AccessLevel } from "./catalogue.ts";
import type { ServiceAllowance } from "./verdict.ts";

/** Services of which anything is allowed, in the order of their prefixes. */
export function allowances(access: EffectiveAccess): readonly ServiceAllowance[] {
  const { catalogue, anywhere } = access;
  return catalogue.services.flatMap((service) => {
    const [from, to] = catalogue.rangeOf(service)!;
    const levels: Partial<Record<AccessLevel, number>> = {};
    let count = 0;
    for (let at = from; at < to; at += 1) {
      if (!has(anywhere, at)) continue;
      const { level } = catalogue.actions[at]!;
      levels[level] = (levels[level] ?? 0) + 1;
      count += 1;
    }
    if (count === 0) return [];
    return [{ service, name: catalogue.serviceName(service), levels, whole: count === to - from }];
  });
}
