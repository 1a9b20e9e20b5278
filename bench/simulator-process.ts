/**
 * The simulated AWS in a process of its own, so that what it does never holds up the process that is measured. Tells its parent
 * what the SDK needs to reach it, answers every message with the requests that it counted, and ends with its parent.
 */
import { startSimulator } from "../packages/simulator/start.ts";

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("simulator-process.ts needs a directory to live in.");
const simulator = await startSimulator({ directory, trail: false });
process.on("message", () => process.send?.(simulator.lookupRates()));
process.on("disconnect", () => void simulator.stop());
const { environment, organisation } = simulator;
process.send?.({ environment, accountId: organisation.managementAccountId });
