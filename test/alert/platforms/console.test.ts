import { expect, test } from "bun:test";
import type { ChatContext } from "../../../src/alert/platforms/platform.ts";
import { contextWith, hostileText, message, send } from "./bed.ts";

type Stream = "isErrJournal" | "isErrTerminal";

/** Where stderr is the journal, as in a unit, or a terminal. */
const withErr = (written: string[], stream: Stream): ChatContext => {
  const context = contextWith("", written);
  return { ...context, host: { ...context.host, terminal: { ...context.host.terminal, [stream]: true } } };
};
const inUnit = (written: string[]): ChatContext => withErr(written, "isErrJournal");

test("console send() shows a person at a terminal no priority", async () => {
  const written: string[] = [];
  expect(await send({ kind: "console" }, "", "TEST web-1", withErr(written, "isErrTerminal"))).toMatchObject({
    answer: "shown here; a tick's go to every terminal",
  });
  expect(written).toEqual(["TEST web-1\n"]);
});

test("console send() gives the priority to whoever reads a pipe", async () => {
  const written: string[] = [];
  expect(await send({ kind: "console" }, "", "TEST web-1", contextWith("", written))).toMatchObject({
    answer: "written to stderr with priority 0",
  });
  expect(written).toEqual(["<0>TEST web-1\n"]);
});

test("console send() writes one line of priority 0 to the journal", async () => {
  const written: string[] = [];
  const delivery = await send({ kind: "console" }, "", message.text, inUnit(written));
  expect(delivery).toMatchObject({ kind: "delivered" });
  expect(written).toEqual([
    "<0>RED web-1 · gateway: no answer in 5 s (2 ticks, since 02:05 UTC) | not healed: the unit was stopped on purpose" +
      " | next: dogwatch card gateway-down | incident 7f3a | log 41:9f3ac2d1c07be55a\n",
  ]);
});

test("console send() keeps a message that nobody could read", async () => {
  const context = contextWith("");
  const deaf = { ...context, host: { ...context.host, terminal: { ...context.host.terminal, err: () => false } } };
  expect(await send({ kind: "console" }, "", message.text, deaf)).toEqual({
    kind: "later",
    why: "console: nobody reads stderr",
  });
});

test("console send() lets no escape and no second line through", async () => {
  const written: string[] = [];
  await send({ kind: "console" }, "", `${hostileText}\r<1>second\n\n`, inUnit(written));
  expect(written.join("")).toMatch(/^<0>[^\p{Cc}]+\n$/u);
});
