import { describe, expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Chat, Den, run, stateFiles } from "./hostile-bed.ts";

const gone = "checks: { gone: { process: { name: no-such-gw } } }\n";

const prepare = (chat?: Chat): Den => {
  const den = new Den();
  den.write("dogwatch.yaml", `confirm: 0s\n${chat?.yaml ?? "chat: console\n"}${gone}`);
  return den;
};

/** Runs a tick from bash, which can take away what every program has: `"$@"` is the command. Gives the tick's exit status. */
const bash = async (den: Den, script: string): Promise<string> => {
  const status = den.at("status");
  await run(["/bin/bash", "-c", script, "bash", status, ...den.argv(["tick", "--json"])], den.env);
  return readFileSync(status, "utf8");
};
/** The tick with its streams arranged by `how`, and its status in a file. */
const tick = (how: string): string => `status=$1; shift; { "$@" ${how}; echo -n "$?" >"$status"; }`;

describe("streams that are closed or broken", () => {
  for (const closing of ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"])
    test(`tick ${closing} works as ever, and nothing of its output lands in a file of its own`, async () => {
      using chat = new Chat();
      using den = prepare(chat);
      for (const _ of "12") expect(await bash(den, tick(closing))).toBe("0");
      expect(chat.heads()).toHaveLength(1);
      expect(await den.verify()).toBe("0 ok");
      expect(stateFiles).toEqual(expect.arrayContaining([...den.names()]));
      expect(statSync(join(den.state, "tick.lock")).size).toBe(0);
      expect((await den.tick()).json).toMatchObject({ verdict: "red", troubles: [], checks: [{ ticks: 3 }] });
    });

  const hangups: readonly { readonly name: string; readonly given: string }[] = [
    { name: "hangs up", given: `${tick("")} | true` },
    { name: "hangs up, with SIGPIPE ignored", given: `trap "" PIPE; ${tick("")} | true` },
    { name: "reads one byte of both streams", given: `${tick("2>&1")} | head -c 1` },
    { name: "is a full device", given: tick(">/dev/full 2>/dev/full") },
  ];
  for (const { name, given } of hangups)
    test(`tick whose reader ${name} ends as ever, its state and its alert not lost`, async () => {
      using chat = new Chat();
      using den = prepare(chat);
      expect(await bash(den, given)).toBe("0");
      expect(chat.heads()).toHaveLength(1);
      expect((await den.tick()).json).toMatchObject({ troubles: [], alerts: [], checks: [{ ticks: 2 }] });
    });

  const deaf: readonly { readonly name: string; readonly given: string }[] = [
    { name: "a pipe that nobody reads", given: `exec 9> >(:); wait "$!"; ${tick("2>&9")}` },
    { name: "a full device", given: tick("2>/dev/full") },
  ];
  for (const { name, given } of deaf)
    test(`tick keeps an alert that the console lost to ${name}, and shows it at the next tick`, async () => {
      using den = prepare();
      await bash(den, given);
      const { err, json } = await den.tick();
      expect(err).toMatch(/^<0>RED /u);
      expect(json).toMatchObject({ outbox: 0, alerts: [{ kind: "red", delivered: true }] });
    });
});
