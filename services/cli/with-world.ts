/** The frame of every command that talks to AWS: opens database and world, says which, and closes both whatever happens. */
import type { WorldOptions } from "./options.ts";
import { Output } from "./output.ts";
import { openRuntime, type Runtime } from "./runtime.ts";
import { openWorld, worldClaim, type World } from "./world.ts";

export async function withWorld<T extends WorldOptions>(
  options: T,
  work: (runtime: Runtime, world: World, output: Output, options: T) => Promise<void>,
): Promise<void> {
  const output = new Output(options);
  const runtime = await openRuntime(options, worldClaim(options));
  try {
    const world = await openWorld(runtime, options);
    try {
      if (world.banner !== null) output.note(world.banner);
      await work(runtime, world, output, options);
    } finally {
      await world.stop();
    }
  } finally {
    await runtime.close();
  }
}
