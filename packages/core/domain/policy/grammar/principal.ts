/**
 * Reads the Principal element of policies that belong to a resource or are a role's trust. Guarantees a flat list of `kind:value`; what
 * a principal amounts to is judged elsewhere. `NotPrincipal` is refused: with Deny it catches sessions that its author did not mean
 * (AWS: IAM JSON policy elements, NotPrincipal), and nobody can say whom it leaves.
 */
import { Malformed } from "./malformed.ts";
import { isObject, listOf, shown } from "./values.ts";

export interface Principal {
  readonly names: readonly { readonly kind: PrincipalKind; readonly value: string }[];
}

const KINDS = ["AWS", "Service", "Federated", "CanonicalUser"] as const;
export type PrincipalKind = (typeof KINDS)[number];

/** Null for a statement that names none, as in every policy of an identity. */
export function principalOf(
  statement: Readonly<Record<string, unknown>>,
  where: string,
): Principal | null {
  if (statement["NotPrincipal"] !== undefined) {
    throw new Malformed(
      `${where} has NotPrincipal, which cannot be judged and which AWS advises against; use Principal with a condition on aws:PrincipalArn.`,
    );
  }
  const value = statement["Principal"];
  if (value === undefined) return null;
  if (value === "*") return { names: [{ kind: "AWS", value }] };
  if (!isObject(value)) {
    throw new Malformed(
      `${where} has the Principal ${shown(value)}; it must be "*" or an object of ${KINDS.join(", ")}.`,
    );
  }
  const names = Object.entries(value).flatMap(([kind, values]) => {
    if (!(KINDS as readonly string[]).includes(kind)) {
      throw new Malformed(
        `${where} has a Principal of kind ${shown(kind)}; it must be one of ${KINDS.join(", ")}.`,
      );
    }
    return listOf(values).map((one) => {
      if (typeof one === "string") return { kind: kind as PrincipalKind, value: one };
      throw new Malformed(`${where} has the Principal ${shown(one)}; it must be text.`);
    });
  });
  return { names };
}
