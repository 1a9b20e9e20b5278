/**
 * The queue that announces a trail's objects, over SQS. Guarantees nothing that SQS does not: messages come at least once and in any
 * order. It deletes what it is told to delete and touches no other message.
 */
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { Fault } from "../../domain/fault.ts";
import type { QueueMessage, TrailQueue } from "../../ports/trail/trail-bucket.ts";
import { awsErrorName, awsFault } from "./faults.ts";

/** SQS gives at most ten at once (AWS: ReceiveMessage API reference). */
const MESSAGES_AT_ONCE = 10;

const NO_QUEUE = new Set([
  "QueueDoesNotExist",
  "AWS.SimpleQueueService.NonExistentQueue",
  "NonExistentQueue",
]);

/** The Region that the URL of a queue names; null where it names none. */
export function queueRegion(queueUrl: string): string | null {
  return /^sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(new URL(queueUrl).hostname)?.[1] ?? null;
}

/** The queue's name, the last part of its URL. */
export function queueName(queueUrl: string): string {
  return new URL(queueUrl).pathname.split("/").at(-1) ?? "";
}

export function sqsTrailQueue(client: SQSClient, queueUrl: string): TrailQueue {
  const name = queueName(queueUrl);
  return {
    name,
    receive: (waitSeconds, signal) =>
      received(client, queueUrl, waitSeconds, signal).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw queueFault(error, name, `give the messages of the queue ${name}`);
      }),
    async delete(messages) {
      for (let start = 0; start < messages.length; start += MESSAGES_AT_ONCE) {
        const some = messages.slice(start, start + MESSAGES_AT_ONCE);
        await deleteSome(client, queueUrl, some).catch((error: unknown) => {
          throw queueFault(error, name, `delete messages of the queue ${name}`);
        });
      }
    },
    async waiting() {
      const command = new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ["ApproximateNumberOfMessages"],
      });
      const { Attributes } = await client.send(command).catch((error: unknown) => {
        throw queueFault(error, name, `describe the queue ${name}`);
      });
      return Number(Attributes?.["ApproximateNumberOfMessages"] ?? 0);
    },
  };
}

function queueFault(error: unknown, name: string, doing: string): Fault {
  if (!NO_QUEUE.has(awsErrorName(error))) return awsFault(error, doing);
  return new Fault(
    "queue.missing",
    `There is no queue ${name} where CURFEW_TRAIL_QUEUE_URL points: correct the URL to the queue that the trail's bucket notifies, or leave it out.`,
    { cause: error },
  );
}

async function received(
  client: SQSClient,
  queueUrl: string,
  waitSeconds: number,
  signal: AbortSignal | undefined,
): Promise<QueueMessage[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: MESSAGES_AT_ONCE,
      WaitTimeSeconds: waitSeconds,
    }),
    signal === undefined ? {} : { abortSignal: signal },
  );
  return Messages.map(({ ReceiptHandle = "", Body = "" }) => ({
    receipt: ReceiptHandle,
    body: Body,
  }));
}

/** A message that is not deleted comes again, which costs a look-up and nothing else. */
async function deleteSome(
  client: SQSClient,
  queueUrl: string,
  messages: readonly QueueMessage[],
): Promise<void> {
  await client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: messages.map(({ receipt }, index) => ({
        Id: String(index),
        ReceiptHandle: receipt,
      })),
    }),
  );
}
