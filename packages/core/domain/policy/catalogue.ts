/**
 * What AWS's actions are, as the analysis of policies sees it: an interface over frozen data that an adapter fills. Guarantees nothing
 * about actions that are newer than the data: they are unknown, never harmless.
 */

/** What an action does at most (AWS: Service Authorization Reference). */
export type AccessLevel = "list" | "read" | "write" | "tagging" | "permissions-management";

/** What an action works on. */
export interface ResourceForms {
  /**
   * Forms of its ARNs, every placeholder a star: `arn:*:iam::*:role/*`. Empty for an action whose resource cannot be named: a policy
   * must then say `*`.
   */
  readonly forms: readonly string[];
  /** A call touches one of every form, and not one of any. */
  readonly every: boolean;
}

export interface CatalogueAction {
  /** As AWS writes it, `iam:PassRole`. */
  readonly name: string;
  /** The prefix of its policies' patterns, in lower case: `iam`. */
  readonly service: string;
  readonly level: AccessLevel;
  readonly resources: ResourceForms;
  /** Keys of conditions that it knows, in lower case, without the global ones; `aws:resourcetag/` stands for every tag. */
  readonly conditionKeys: readonly string[];
}

/** The position of an action in `actions`; actions of one service stand together. */
export type ActionIndex = number;

export interface ActionCatalogue {
  /** The version of the data; a verdict by other data may differ. */
  readonly version: string;
  readonly actions: readonly CatalogueAction[];
  /** The prefixes of all services, in lower case and sorted. */
  readonly services: readonly string[];
  /** What people call a service: `AWS Lambda` for `lambda`; the prefix itself where it is not known. */
  serviceName(service: string): string;
  /** `[from, to)` of the service's actions; null for a service that the data does not know. */
  rangeOf(service: string): readonly [ActionIndex, ActionIndex] | null;
  /** Where an action stands, its name written in any case; null for one that the data does not know. */
  indexOf(action: string): ActionIndex | null;
}
