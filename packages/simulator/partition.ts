/**
 * The AWS partition the simulated organisation lives in, in one place: a benchmark may not look up policies by an ARN
 * of another partition. Says nothing about which services exist in a partition.
 */
export const PARTITION = "aws";

/** Prefix of the ARN of every policy that AWS manages. */
export const MANAGED_POLICY_PREFIX = `arn:${PARTITION}:iam::aws:policy/`;

/** The partition that an ARN is of: an organisation may be served as one of another partition. */
export function partitionOf(arn: string): string {
  return arn.split(":")[1] ?? PARTITION;
}
