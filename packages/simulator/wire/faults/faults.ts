/**
 * The faults of a running simulator, planned while it runs. Guarantees that after `reset` every request is answered as if none had
 * been planned. Nothing here is kept: another process on the same directory has faults of its own.
 */
import { DirectoryFaults } from "./directory-faults.ts";
import { LookupFaults } from "./lookup-faults.ts";
import { S3Faults } from "./s3-faults.ts";

export class PlannedFaults {
  readonly s3 = new S3Faults();
  readonly lookup: LookupFaults;
  readonly directory: DirectoryFaults;

  constructor(monotonicMs: () => number) {
    this.lookup = new LookupFaults(monotonicMs);
    this.directory = new DirectoryFaults(monotonicMs);
  }

  reset(): void {
    this.s3.reset();
    this.lookup.reset();
    this.directory.reset();
  }
}
