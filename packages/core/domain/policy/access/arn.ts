/**
 * Patterns of ARNs, compared part by part: a star stays within its part (AWS: IAM JSON policy elements, Resource), but for the last star of
 * a pattern that has fewer parts than an ARN. Anything that is no whole ARN is compared as text.
 */
import { covers, overlap } from "../pattern.ts";

/** Every ARN that `inner` stands for is one that `outer` stands for. */
export function holds(outer: string, inner: string): boolean {
  return compared(outer, inner, covers);
}

/** Some ARN is one that both stand for. */
export function touches(left: string, right: string): boolean {
  return compared(left, right, overlap);
}

function compared(
  left: string,
  right: string,
  agree: (left: string, right: string) => boolean,
): boolean {
  if (ofOtherServices(left, right)) return false;
  const [one, other] = [partsOf(left), partsOf(right)];
  if (one === null || other === null) return agree(left, right);
  return one.every((part, at) => part === other[at] || agree(part, other[at]!));
}

/** Service, Region, account and the rest, which may have colons of its own; null for what is no whole ARN. */
function partsOf(pattern: string): readonly string[] | null {
  const [arn, , ...parts] = pattern.split(":");
  if (arn !== "arn" || parts.length < 4) return null;
  return [...parts.slice(0, 3), parts.slice(3).join(":")];
}

/** Told without taking the patterns apart, because almost every comparison ends here. */
function ofOtherServices(left: string, right: string): boolean {
  const [one, other] = [serviceOf(left), serviceOf(right)];
  return one !== other && one !== null && other !== null && !/[*?]/.test(one + other);
}

function serviceOf(pattern: string): string | null {
  if (!pattern.startsWith("arn:")) return null;
  const from = pattern.indexOf(":", 4) + 1;
  const to = from === 0 ? -1 : pattern.indexOf(":", from);
  return to === -1 ? null : pattern.slice(from, to);
}
