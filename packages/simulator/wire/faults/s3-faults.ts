/**
 * What a test makes S3 do wrong: for keys of a pattern, so many times, then everything is as it was. The first fault that fits a
 * request strikes it. Guarantees that a fault strikes exactly as often as it was told to and that `struck` counts each.
 */
export type S3Operation = "GetObject" | "HeadObject" | "ListObjectsV2";

/** What happens to the request. */
export type S3Blow =
  /** 403 AccessDenied, 404 NoSuchKey (as after a listing that still showed it), 500 InternalError, 503 SlowDown. */
  | { readonly kind: "access-denied" | "not-found" | "internal" | "slow-down" }
  /** The object is overwritten with the same bytes just before: If-Match answers 412, any other read another ETag. */
  | { readonly kind: "etag-changed" }
  /** The body comes in pieces, and `wait` is awaited before each. */
  | {
      readonly kind: "slow-body";
      readonly bytesPerTick: number;
      readonly wait: () => Promise<void>;
    }
  /** The connection breaks in the middle of the body. */
  | { readonly kind: "cut-body" }
  /** One bit in the middle of the body is another: same length, same ETag, other content. */
  | { readonly kind: "wrong-body" };

export type S3Fault = S3Blow & {
  /** What the key must match, or be; for a listing its prefix. Every key unless told. */
  readonly key?: RegExp | string;
  /** GetObject unless told. */
  readonly operation?: S3Operation;
  /** Once unless told. */
  readonly times?: number;
};

export class S3Faults {
  #planned: { fault: S3Fault; left: number }[] = [];
  #struck = 0;

  add(fault: S3Fault): void {
    this.#planned.push({ fault, left: fault.times ?? 1 });
  }

  /** How many requests were struck since the last reset. */
  get struck(): number {
    return this.#struck;
  }

  /** Takes the fault that strikes this request; null when none does. */
  take(operation: S3Operation, key: string): S3Blow | null {
    const planned = this.#planned.find(
      ({ fault, left }) =>
        left > 0 && (fault.operation ?? "GetObject") === operation && fits(fault.key, key),
    );
    if (planned === undefined) return null;
    planned.left -= 1;
    this.#struck += 1;
    return planned.fault;
  }

  reset(): void {
    this.#planned = [];
    this.#struck = 0;
  }
}

function fits(wanted: RegExp | string | undefined, key: string): boolean {
  if (wanted === undefined) return true;
  // A pattern with the flag g remembers where it stopped; search does not look at that.
  return typeof wanted === "string" ? wanted === key : key.search(wanted) >= 0;
}
