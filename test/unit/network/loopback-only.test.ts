import { connect } from "node:net";
import { expect, test } from "vitest";

test("a test cannot reach another machine, by address or by name", () => {
  expect(() => connect({ host: "192.0.2.1", port: 443 })).toThrow("192.0.2.1");
  expect(() => connect(443, "example.com")).toThrow("example.com");
});
