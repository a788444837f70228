import { describe, expect, test } from "bun:test";
import { pingAddress, pingFault } from "../../src/config/ping-address.ts";

const uuid = "4f6a3a2e-1d0b-4c57-9f7e-1a2b3c4d5e6f";
const rid = "11111111-2222-8333-8444-555555555555";

describe("pingAddress()", () => {
  const cases = [
    { name: "success", given: [`https://hc-ping.com/${uuid}`, ""], want: `https://hc-ping.com/${uuid}?rid=${rid}` },
    {
      name: "a signal behind the path",
      given: [`https://hc-ping.com/${uuid}`, "/start"],
      want: `https://hc-ping.com/${uuid}/start?rid=${rid}`,
    },
    {
      name: "slashes at the end",
      given: [`https://hc.example.org/ping/${uuid}//`, "/fail"],
      want: `https://hc.example.org/ping/${uuid}/fail?rid=${rid}`,
    },
    {
      name: "a query, which stays at the end",
      given: ["https://hc-ping.com/pingkey/web-1?create=1", "/start"],
      want: `https://hc-ping.com/pingkey/web-1/start?create=1&rid=${rid}`,
    },
    {
      name: "a run id of somebody else's, which gives way",
      given: [`https://hc-ping.com/${uuid}?rid=x`, ""],
      want: `https://hc-ping.com/${uuid}?rid=${rid}`,
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`pingAddress() makes ${name}`, () => expect(pingAddress(new URL(given[0]), given[1], rid).href).toBe(want));
});

describe("pingFault()", () => {
  const cases = [
    { name: "a UUID's address", given: `https://hc-ping.com/${uuid}`, want: undefined },
    { name: "a slug that is a number", given: "https://hc-ping.com/pingkey/42", want: undefined },
    { name: "a server of one's own", given: `http://10.0.0.7:8000/ping/${uuid}`, want: undefined },
    { name: "another kind of receiver", given: "https://status.example.org/api/push/abc", want: undefined },
    { name: "a start's address", given: `https://hc-ping.com/${uuid}/start/`, want: 'leave "/start" off' },
    { name: "an exit status", given: `https://hc-ping.com/${uuid}/75`, want: "leave the exit status" },
    { name: "the page in a browser", given: `https://www.healthchecks.io/checks/${uuid}`, want: "ping URL" },
    { name: "no check", given: "https://hc-ping.com", want: "names no check" },
    { name: "a model's API", given: "https://api.anthropic.com/v1/messages", want: "never calls a model" },
    { name: "an agent's hook", given: "http://127.0.0.1:8644/webhooks/x", want: "may run an agent" },
    {
      name: "the folder of hooks, with what is added to it",
      given: "http://127.0.0.1:8644/webhooks/",
      want: "may run an agent",
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`pingFault() judges ${name}`, () => {
      const fault = pingFault(new URL(given));
      if (want === undefined) expect(fault).toBeUndefined();
      else expect(fault).toContain(want);
    });
});
