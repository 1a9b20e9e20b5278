/** The data of AWS's actions, as services hand it to what judges: read when it is first asked for, once a test file. */
import { readActionCatalogue } from "#core/adapters/iam-data/catalogue";
import { readOnce } from "#core/platform/read-once";

export const actions = readOnce(readActionCatalogue);
