/**
 * Amazon SQS as a reader of notifications needs it. Guarantees SQS's own error names and limits of a request; attributes that
 * only senders set (delays, groups, message attributes) are taken as read and have no effect.
 */
import { isMembers, optionalText, text, wholeNumber, type Members } from "../http/input.ts";
import { InvalidInput, WireError } from "../http/wire-error.ts";
import type { Call, Service } from "../service.ts";
import { PARTITION } from "../../partition.ts";
import { md5Of, NoReceipt, NotInFlight, type Message, type Queue } from "./queue.ts";

/** AWS: ReceiveMessage and CreateQueue API references. */
const MESSAGES_MOST = 10;
const WAIT_MOST_SECONDS = 20;
const VISIBILITY = { least: 0, most: 43_200, otherwise: 30 };
const BODY_MOST = 262_144;

/** AWS: SQS developer guide, mapping of error codes between the query and the JSON protocol. */
const QUERY_CODES = {
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
  MessageNotInflight: "AWS.SimpleQueueService.MessageNotInflight",
  ReceiptHandleIsInvalid: "ReceiptHandleIsInvalid",
  AccessDeniedException: "AccessDenied",
};

/** The queues of the management account, by name. */
export type Queues = ReadonlyMap<string, Queue>;

export function sqsService(queues: Queues): Service {
  const on = (operation: (queue: Queue, call: Call) => object | Promise<object>) => (call: Call) =>
    operation(queueOf(call, queues), call);
  return {
    name: "sqs",
    target: "AmazonSQS",
    namespace: "com.amazonaws.sqs",
    eventSource: "sqs.amazonaws.com",
    iamPrefix: "sqs",
    eventRegion: null,
    invalid: "InvalidParameterValue",
    invalidToken: "InvalidParameterValue",
    throttled: "RequestThrottled",
    queryCodes: QUERY_CODES,
    quota: () => null,
    operations: {
      GetQueueUrl: { managementOnly: true, handle: (call) => queueUrl(call, queues) },
      GetQueueAttributes: { managementOnly: true, handle: on(attributes) },
      SendMessage: { managementOnly: true, handle: on(sendMessage) },
      ReceiveMessage: { managementOnly: true, handle: on(receiveMessage) },
      DeleteMessage: { managementOnly: true, handle: on(deleteMessage) },
      DeleteMessageBatch: { managementOnly: true, handle: on(deleteBatch) },
      ChangeMessageVisibility: { managementOnly: true, handle: on(changeVisibility) },
    },
  };
}

/** The path of a queue's URL; the host is that of the endpoint. */
export function queuePath(accountId: string, name: string): string {
  return `/${accountId}/${name}`;
}

function queueOf(call: Call, queues: Queues): Queue {
  const url = text(call.members, "QueueUrl");
  const { managementAccountId, region } = call.world.organisation;
  const [name = "", accountId] = url.split("/").toReversed();
  const queue = queues.get(name);
  // A queue lives in one Region; another one knows nothing of it.
  if (queue === undefined || accountId !== managementAccountId || call.region !== region)
    throw noQueue();
  return queue;
}

function queueUrl(call: Call, queues: Queues): object {
  const { managementAccountId, region } = call.world.organisation;
  const name = text(call.members, "QueueName");
  const owner = optionalText(call.members, "QueueOwnerAWSAccountId") ?? managementAccountId;
  if (!queues.has(name) || owner !== managementAccountId || call.region !== region) throw noQueue();
  return { QueueUrl: call.origin + queuePath(managementAccountId, name) };
}

function attributes(queue: Queue, call: Call): object {
  const { managementAccountId, region } = call.world.organisation;
  const { waiting, inFlight } = queue.counts();
  const all: Record<string, string> = {
    QueueArn: `arn:${PARTITION}:sqs:${region}:${managementAccountId}:${queue.name}`,
    ApproximateNumberOfMessages: String(waiting),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: "0",
    VisibilityTimeout: String(VISIBILITY.otherwise),
    MessageRetentionPeriod: "345600",
    MaximumMessageSize: String(BODY_MOST),
    ReceiveMessageWaitTimeSeconds: "0",
  };
  const wanted = namesIn(call.members, "AttributeNames");
  const unknown = [...wanted].find((name) => name !== "All" && all[name] === undefined);
  if (unknown !== undefined)
    throw new WireError("InvalidAttributeName", `Unknown Attribute ${unknown}.`);
  const told = Object.entries(all).filter(([name]) => wanted.has("All") || wanted.has(name));
  return told.length === 0 ? {} : { Attributes: Object.fromEntries(told) };
}

function sendMessage(queue: Queue, { members }: Call): object {
  const body = text(members, "MessageBody");
  if (Buffer.byteLength(body) > BODY_MOST)
    throw new InvalidInput(`MessageBody must have at most ${BODY_MOST} bytes.`);
  const { id, md5 } = queue.send(body);
  return { MessageId: id, MD5OfMessageBody: md5 };
}

async function receiveMessage(queue: Queue, call: Call): Promise<object> {
  const { members } = call;
  const most = wholeNumber(members, "MaxNumberOfMessages", {
    least: 1,
    most: MESSAGES_MOST,
    otherwise: 1,
  });
  const seconds = wholeNumber(members, "WaitTimeSeconds", {
    least: 0,
    most: WAIT_MOST_SECONDS,
    otherwise: 0,
  });
  const visibility = wholeNumber(members, "VisibilityTimeout", VISIBILITY) * 1000;
  const received = await queue.receiveWithin(most, visibility, seconds * 1000, call.closed);
  // The older name of the list is still taken.
  const wanted = namesIn(members, "MessageSystemAttributeNames", "AttributeNames");
  return received.length === 0
    ? {}
    : { Messages: received.map((one) => onWire(one, wanted, call.caller.principalId)) };
}

function onWire(message: Message, wanted: ReadonlySet<string>, senderId: string): object {
  const all = {
    SenderId: senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  };
  const told = Object.entries(all).filter(([name]) => wanted.has("All") || wanted.has(name));
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: md5Of(message.body),
    Body: message.body,
    ...(told.length === 0 ? {} : { Attributes: Object.fromEntries(told) }),
  };
}

function deleteMessage(queue: Queue, { members }: Call): object {
  withReceipt(() => queue.delete(text(members, "ReceiptHandle")));
  return {};
}

function deleteBatch(queue: Queue, { members }: Call): object {
  const entries: unknown = members["Entries"];
  if (!Array.isArray(entries) || entries.length === 0)
    throw new WireError("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.length > MESSAGES_MOST)
    throw new WireError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${MESSAGES_MOST}.`,
    );
  const read = entries.map((entry: unknown) => {
    if (!isMembers(entry)) throw new InvalidInput("Entries must be structures.");
    return { Id: text(entry, "Id"), receipt: text(entry, "ReceiptHandle") };
  });
  if (new Set(read.map((entry) => entry.Id)).size < read.length)
    throw new WireError("BatchEntryIdsNotDistinct", "Two or more entries have the same Id.");
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const { Id, receipt } of read) {
    try {
      withReceipt(() => queue.delete(receipt));
      Successful.push({ Id });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.name, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function changeVisibility(queue: Queue, { members }: Call): object {
  const receipt = text(members, "ReceiptHandle");
  const seconds = wholeNumber(members, "VisibilityTimeout", VISIBILITY);
  withReceipt(() => queue.changeVisibility(receipt, seconds * 1000));
  return {};
}

function withReceipt(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (error instanceof NoReceipt) throw new WireError("ReceiptHandleIsInvalid", error.message);
    if (error instanceof NotInFlight) throw new WireError("MessageNotInflight", error.message);
    throw error;
  }
}

function namesIn(members: Members, ...lists: string[]): Set<string> {
  return new Set(
    lists.flatMap((list) => {
      const names: unknown = members[list] ?? [];
      if (!Array.isArray(names) || !names.every((name) => typeof name === "string"))
        throw new InvalidInput(`${list} must be a list of strings.`);
      return names;
    }),
  );
}

function noQueue(): WireError {
  return new WireError("QueueDoesNotExist", "The specified queue does not exist.");
}
