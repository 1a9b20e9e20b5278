/** What a policy document's grammar refuses. It never leaves `parsePolicy`, which answers its sentence. */

/** `message` is one sentence: which statement, what is wrong, what would be right. */
export class Malformed extends Error {}
