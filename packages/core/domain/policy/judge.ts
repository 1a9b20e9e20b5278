/**
 * Judges policy documents taken together: what they allow, whether that makes an administrator, and what is too broad in it. A function of
 * the documents and the catalogue. Guarantees that an allow more never loses a finding and a deny more never adds one; does not see what
 * service control policies, policies of resources or session policies allow or forbid.
 */
import { EffectiveAccess } from "./access/effective.ts";
import { Expander } from "./access/expand.ts";
import { readyPolicies, type NamedPolicy } from "./access/statements.ts";
import { allowances } from "./allowances.ts";
import { isEmpty, without, type Bits } from "./bits.ts";
import type { ActionCatalogue } from "./catalogue.ts";
import {
  administratorActions,
  administratorFinding,
  isAdministrator,
} from "./findings/administrator.ts";
import { escalations } from "./findings/escalation.ts";
import { exposures, openingActions } from "./findings/exposure.ts";
import { trustFindings } from "./findings/trust.ts";
import { changingActions, writingFindings, type Changing } from "./findings/writing.ts";
import { POLICY_SEVERITIES, type PolicyFinding, type PolicyVerdict } from "./verdict.ts";

/** A document that could not be read. */
export interface UnreadPolicy {
  readonly of: "policy" | "boundary";
  /** One sentence: which document, and why. */
  readonly problem: string;
}

export interface PoliciesToJudge {
  readonly documents: readonly NamedPolicy[];
  /** The permissions boundary: it allows nothing by itself, and nothing outside of it is allowed. */
  readonly boundary?: NamedPolicy | null;
  readonly unread?: readonly UnreadPolicy[];
}

/** What is worked out once a catalogue. */
interface Prepared {
  readonly expander: Expander;
  readonly administrator: Bits;
  readonly opening: Bits;
  readonly changing: Changing;
}

/** Only a saving: a catalogue that is let go takes its entry along. */
const PREPARED = new WeakMap<ActionCatalogue, Prepared>();

function preparedFor(catalogue: ActionCatalogue): Prepared {
  const known = PREPARED.get(catalogue);
  if (known !== undefined) return known;
  const prepared: Prepared = {
    expander: new Expander(catalogue),
    administrator: administratorActions(catalogue),
    opening: openingActions(catalogue),
    changing: changingActions(catalogue),
  };
  PREPARED.set(catalogue, prepared);
  return prepared;
}

export function judgePolicies(
  { documents, boundary = null, unread = [] }: PoliciesToJudge,
  catalogue: ActionCatalogue,
): PolicyVerdict {
  const prepared = preparedFor(catalogue);
  const policies = readyPolicies(documents, prepared.expander);
  const access = new EffectiveAccess(
    catalogue,
    policies,
    boundary === null ? null : readyPolicies([boundary], prepared.expander),
  );
  const isOne = isAdministrator(access, prepared.administrator);
  const findings: PolicyFinding[] = [];
  if (isOne) findings.push(administratorFinding(access, prepared.administrator));
  findings.push(
    ...escalations(access),
    ...exposures(access, prepared.opening),
    ...writingFindings(access, prepared.changing),
    ...trustFindings(documents),
  );
  return {
    administrator: administratorOrUnknown(isOne, access, unread, prepared.administrator),
    findings: inOrder(findings),
    unread: unread.map(({ problem }) => problem).toSorted(),
    allows: allowances(access),
    unknownActions: policies.unknownActions,
    actionData: catalogue.version,
  };
}

/**
 * A document that was not read may add what is missing, but gives nothing back that is denied or outside a boundary that was read. A
 * boundary that was not read may take anything away.
 */
function administratorOrUnknown(
  isOne: boolean,
  access: EffectiveAccess,
  unread: readonly UnreadPolicy[],
  needed: Bits,
): boolean | null {
  if (unread.length === 0) return isOne;
  if (isOne) return unread.some((one) => one.of === "boundary") ? null : true;
  const addable = unread.some((one) => one.of === "policy");
  return addable && isEmpty(without(needed, access.possible)) ? null : false;
}

function inOrder(findings: readonly PolicyFinding[]): readonly PolicyFinding[] {
  return findings.toSorted(
    (left, right) =>
      POLICY_SEVERITIES.indexOf(left.severity) - POLICY_SEVERITIES.indexOf(right.severity),
  );
}
