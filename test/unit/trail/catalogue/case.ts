/** A record of the catalogue, and what it must become. */
import type { TrailEvent } from "#core/domain/event";

export interface Case {
  readonly what: string;
  readonly record: Record<string, unknown>;
  readonly expected: Partial<TrailEvent>;
}
