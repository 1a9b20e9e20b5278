import {
  ChangeMessageVisibilityCommand, DeleteMessageBatchCommand, DeleteMessageCommand, GetQueueAttributesCommand, GetQueueUrlCommand,
  ReceiveMessageCommand, SendMessageCommand, type Message, type ReceiveMessageCommandInput,
} from "@aws-sdk/client-sqs"; // prettier-ignore
import { afterEach, describe, expect, test } from "vitest";
import { deliver, HOUR, MINUTE, NOW, openPlace, passTo, type Place } from "./place.ts";

let place: Place;
afterEach(() => place.close());

async function receive(
  more: Partial<ReceiveMessageCommandInput> = {},
  from = place,
): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: from.simulator.queueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    ...more,
  });
  return (await from.sqs.send(command)).Messages ?? [];
}

const remove = (message: Message, QueueUrl = place.simulator.queueUrl) =>
  place.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
const parsed = (message: Message | undefined): unknown => JSON.parse(message?.Body ?? "null");
const count = (message: Message | undefined) => message?.Attributes?.["ApproximateReceiveCount"];

/** A queue with one message of a known text. */
async function oneMessage(text = "foreign"): Promise<string> {
  place = await openPlace();
  const { url } = place.simulator.makeQueue("other");
  await place.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: text }));
  return url;
}

describe("a message", () => {
  test("is hidden from others once it is received and comes back when its time is over", async () => {
    let ms = 0;
    place = await openPlace({ monotonicMs: () => ms });
    const { url: QueueUrl, queue } = place.simulator.makeQueue("other");
    queue.send("foreign");
    const [first] = await receive({ QueueUrl, VisibilityTimeout: 60 });
    expect([first?.Body, count(first)]).toEqual(["foreign", "1"]);
    expect(await receive({ QueueUrl })).toEqual([]);
    ms += 60_000;
    const [second] = await receive({ QueueUrl });
    expect([second?.MessageId, count(second)]).toEqual([first?.MessageId, "2"]);
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
  });

  test("that is deleted never comes back; a receipt of an earlier receive deletes nothing", async () => {
    const QueueUrl = await oneMessage();
    const [first] = await receive({ QueueUrl });
    place.simulator.makeQueue("other").queue.expireVisibility();
    const [second] = await receive({ QueueUrl });
    await remove(first as Message, QueueUrl);
    place.simulator.makeQueue("other").queue.expireVisibility();
    const [third] = await receive({ QueueUrl });
    expect(third?.MessageId).toBe(second?.MessageId);
    await remove(third as Message, QueueUrl);
    await remove(third as Message, QueueUrl);
    place.simulator.makeQueue("other").queue.expireVisibility();
    expect(await receive({ QueueUrl })).toEqual([]);
  });

  test("can be told to come twice although it was deleted", async () => {
    const QueueUrl = await oneMessage();
    place.simulator.makeQueue("other").queue.deliverTwice(1);
    const [first] = await receive({ QueueUrl });
    await remove(first as Message, QueueUrl);
    const [again] = await receive({ QueueUrl });
    expect([again?.MessageId, again?.Body]).toEqual([first?.MessageId, "foreign"]);
    await remove(again as Message, QueueUrl);
    expect(await receive({ QueueUrl })).toEqual([]);
  });

  test("is given back at once, or kept longer, by a change of its visibility", async () => {
    let ms = 0;
    place = await openPlace({ monotonicMs: () => ms });
    const { url: QueueUrl, queue } = place.simulator.makeQueue("other");
    queue.send("foreign");
    const change = (message: Message | undefined, VisibilityTimeout: number) =>
      place.sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout,
        }),
      );
    const [first] = await receive({ QueueUrl });
    await change(first, 600);
    ms += 60_000;
    expect(await receive({ QueueUrl })).toEqual([]);
    await change(first, 0);
    await expect(change(first, 10)).rejects.toMatchObject({ name: "MessageNotInflight" });
    expect(await receive({ QueueUrl })).toHaveLength(1);
  });

  test("that is sent wakes a receive which waits, and a wait without one ends with nothing", async () => {
    const QueueUrl = await oneMessage();
    await receive({ QueueUrl });
    const waiting = receive({ QueueUrl, WaitTimeSeconds: 20 });
    await place.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "late" }));
    expect((await waiting).map((one) => one.Body)).toEqual(["late"]);
    expect(await receive({ QueueUrl, WaitTimeSeconds: 1 })).toEqual([]);
  });

  test("is not lost to a receive whose caller has gone", async () => {
    const QueueUrl = await oneMessage();
    await receive({ QueueUrl });
    const leaving = new AbortController();
    const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 });
    const gone = place.sqs.send(command, { abortSignal: leaving.signal });
    const { queue } = place.simulator.makeQueue("other");
    await expect.poll(() => queue.waiters, { interval: 5 }).toBe(1);
    leaving.abort();
    await expect(gone).rejects.toMatchObject({ name: "AbortError" });
    await expect.poll(() => queue.waiters, { interval: 5 }).toBe(0);
    queue.send("late");
    expect((await receive({ QueueUrl })).map((one) => one.Body)).toEqual(["late"]);
  });
});

describe("a queue", () => {
  test("deletes a batch entry by entry and tells which failed", async () => {
    place = await openPlace();
    const { url: QueueUrl, queue } = place.simulator.makeQueue("other");
    for (let n = 0; n < 12; n++) queue.send(`message ${n}`);
    const received = await receive({ QueueUrl });
    expect(received).toHaveLength(10);
    const Entries = received.map((one, n) => ({ Id: `${n}`, ReceiptHandle: one.ReceiptHandle }));
    Entries[3] = { Id: "3", ReceiptHandle: "nonsense" };
    const { Successful, Failed } = await place.sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl, Entries }),
    );
    expect(Successful).toHaveLength(9);
    expect(Failed).toMatchObject([{ Id: "3", Code: "ReceiptHandleIsInvalid", SenderFault: true }]);
    expect(queue.counts()).toEqual({ waiting: 2, inFlight: 1 });
    const empty = new DeleteMessageBatchCommand({ QueueUrl, Entries: [] });
    await expect(place.sqs.send(empty)).rejects.toMatchObject({ name: "EmptyBatchRequest" });
    const same = [Entries[0], Entries[0]].map((one) => ({
      Id: "0",
      ReceiptHandle: one?.ReceiptHandle,
    }));
    await expect(
      place.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: same })),
    ).rejects.toMatchObject({ name: "BatchEntryIdsNotDistinct" });
  });

  test("tells its URL, its name and how much waits", async () => {
    place = await openPlace();
    const { simulator, sqs } = place;
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "curfew-trail" }));
    expect(QueueUrl).toBe(simulator.queueUrl);
    await receive();
    simulator.queue.send("one");
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    const owner = simulator.organisation.managementAccountId;
    expect(Attributes).toMatchObject({
      QueueArn: `arn:aws:sqs:eu-central-1:${owner}:curfew-trail`,
      ApproximateNumberOfMessages: "1",
      ApproximateNumberOfMessagesNotVisible: "1",
    });
  });

  test("that nobody made, or that lies in another Region, does not exist", async () => {
    place = await openPlace();
    const { queueUrl } = place.simulator;
    const name = "QueueDoesNotExist";
    await expect(receive({ QueueUrl: `${queueUrl}-not` })).rejects.toMatchObject({ name });
    const elsewhere = await place.clients({ region: "us-east-1" });
    const command = new ReceiveMessageCommand({ QueueUrl: queueUrl });
    await expect(elsewhere.sqs.send(command)).rejects.toMatchObject({ name });
    await expect(
      place.sqs.send(new GetQueueUrlCommand({ QueueName: "none" })),
    ).rejects.toMatchObject({ name });
  });

  test("is closed to other accounts", async () => {
    place = await openPlace();
    const member = place.simulator.organisation.accounts.find((one) => !one.isManagement);
    const { sqs } = await place.clients({ accountId: member?.id ?? "" });
    const command = new ReceiveMessageCommand({ QueueUrl: place.simulator.queueUrl });
    await expect(sqs.send(command)).rejects.toMatchObject({
      name: expect.stringMatching(/^AccessDenied/),
    });
  });

  test("ends every wait when the simulator stops", async () => {
    place = await openPlace();
    await receive();
    const waiting = receive({ WaitTimeSeconds: 20 });
    const { queue } = place.simulator;
    await expect.poll(() => queue.waiters, { interval: 5 }).toBe(1);
    await Promise.all([
      expect(waiting).rejects.toMatchObject({ name: expect.any(String) }),
      place.simulator.stop(),
    ]);
    await expect.poll(() => queue.waiters, { interval: 5 }).toBe(0);
  });
});

describe("the queue of the trail", () => {
  const odd = "AWSLogs/odd key+ä.json.gz";

  test("begins with the bucket's test event and names each object once, its key encoded", async () => {
    place = await openPlace();
    const { simulator } = place;
    const key = deliver(place, NOW - 10 * MINUTE);
    simulator.objects.put(odd, Buffer.from("odd"));
    const [first, second, third, ...rest] = await receive();
    expect(parsed(first)).toMatchObject({ Event: "s3:TestEvent", Bucket: simulator.bucketName });
    const object = simulator.objects.describe(key);
    expect(parsed(second)).toMatchObject({
      Records: [
        {
          eventSource: "aws:s3",
          eventName: "ObjectCreated:Put",
          awsRegion: "eu-central-1",
          s3: {
            bucket: { name: simulator.bucketName },
            object: { key, size: object?.size, eTag: object?.etag, versionId: object?.versionId },
          },
        },
      ],
    });
    expect(parsed(third)).toMatchObject({
      Records: [{ s3: { object: { key: "AWSLogs/odd+key%2B%C3%A4.json.gz" } } }],
    });
    expect(rest).toEqual([]);
  });

  test("wraps the bucket's event into a message of a topic", async () => {
    place = await openPlace({ notifications: { shape: "s3-sns" } });
    const key = deliver(place, NOW - 10 * MINUTE);
    const [first, second] = (await receive()).map(parsed) as { Type: string; Message: string }[];
    expect(JSON.parse(first?.Message ?? "")).toMatchObject({ Event: "s3:TestEvent" });
    expect(second?.Type).toBe("Notification");
    expect(JSON.parse(second?.Message ?? "")).toMatchObject({
      Records: [{ s3: { object: { key } } }],
    });
  });

  test("has the trail's own topic name the files of a delivery together, and never a digest", async () => {
    place = await openPlace({ notifications: { shape: "trail-sns" } });
    const at = NOW - 3 * HOUR;
    const keys = [deliver(place, at), deliver(place, at, { region: "us-east-1" }), deliver(place, at + 5 * MINUTE)]; // prettier-ignore
    const messages = (await receive()).map(parsed) as { Message: string }[];
    const { bucketName: s3Bucket } = place.simulator;
    expect(messages.map((one) => JSON.parse(one.Message) as unknown)).toEqual([
      { s3Bucket, s3ObjectKey: keys.slice(0, 2) },
      { s3Bucket, s3ObjectKey: keys.slice(2) },
    ]);
  });

  test("has EventBridge name the key as it is", async () => {
    place = await openPlace({ notifications: { shape: "eventbridge" } });
    place.simulator.objects.put(odd, Buffer.from("odd"));
    const [event] = await receive();
    expect(parsed(event)).toMatchObject({
      "detail-type": "Object Created",
      source: "aws.s3",
      detail: { bucket: { name: place.simulator.bucketName }, object: { key: odd, size: 3 } },
    });
  });

  test("names digests as they come, unless its bucket filters them", async () => {
    const names = async (digests: boolean) => {
      place = await openPlace({ notifications: { shape: "eventbridge", digests } });
      deliver(place, NOW - 2 * HOUR);
      const keys = (await receive()).map((one) => (parsed(one) as { detail: { object: { key: string } } }).detail.object.key);
      passTo(place, NOW + HOUR);
      const later = await receive();
      return { came: keys.map((key) => key.includes("Digest")), later: later.length };
    }; // prettier-ignore
    expect(await names(true)).toEqual({ came: [false, true, true], later: 1 });
    await place.close();
    expect(await names(false)).toEqual({ came: [false], later: 0 });
  });

  test("names the digests of a file that is delivered with an instant of the past", async () => {
    place = await openPlace({ notifications: { shape: "eventbridge" } });
    expect(await receive()).toEqual([]);
    deliver(place, NOW - 2 * HOUR);
    expect(await receive()).toHaveLength(3);
    expect(await receive()).toEqual([]);
  });

  test("names each file that the trail's writer delivers from the start on, and nothing from before", async () => {
    place = await openPlace({ days: 1, notifications: { shape: "eventbridge", digests: false } });
    await place.simulator.catchUpTrail();
    const { simulator } = place;
    const before = simulator.objects.list().filter((key) => !key.includes("Digest"));
    expect(simulator.queue.counts().waiting).toBe(before.length);
    const again = await openPlace({ directory: place.directory, notifications: { shape: "eventbridge", digests: false } }); // prettier-ignore
    expect(again.simulator.queue.counts().waiting).toBe(0);
    passTo(again, NOW + 20 * MINUTE);
    await again.simulator.catchUpTrail();
    const after = again.simulator.objects.list().filter((key) => !key.includes("Digest"));
    expect(after.length).toBeGreaterThan(before.length);
    expect(again.simulator.queue.counts().waiting).toBe(after.length - before.length);
    expect(simulator.queue.counts().waiting).toBe(after.length);
    await again.close();
  });
});
