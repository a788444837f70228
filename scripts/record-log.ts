// Makes test/fixtures/heal-log/ anew: what the built program writes while a gateway falls ill again and again. Usage: bun scripts/record-log.ts
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Chat, Den, nextSecond } from "../test/e2e/hostile-bed.ts";

const folder = `${import.meta.dir}/../test/fixtures/heal-log`;

/** A gateway that the recipe cures, or doesn't, as the config of this round says. */
const configure = (den: Den, chat: Chat, url: string, round: number): void => {
  const timing = "proof: { within: 1s, every: 100ms }\ncooldown: 0s";
  den.recipe("cure", `rm -f ${den.at("sick")}`, timing);
  den.recipe("stubborn", "", timing);
  const recipe = round % 4 === 3 ? "stubborn" : "cure";
  den.write(
    "dogwatch.yaml",
    `host: web-1\nconfirm: 0s\n${chat.yaml}checks:\n  gateway-${round}: { http: { url: "${url}" }, red_after: 1 }\n` +
      `heal: { mode: apply, rules: [{ on: [gateway-${round}], recipe: ${recipe} }] }\n`,
  );
};

const play = async (den: Den, chat: Chat, url: string, round: number): Promise<void> => {
  const sick = den.at("sick");
  configure(den, chat, url, round);
  await den.tick();
  writeFileSync(sick, "");
  await nextSecond();
  await den.tick();
  await den.tick();
  const reason = "größere Wartung — 検査";
  if (round % 5 === 0) await den.dogwatch(["silence", "add", `gateway-${round}`, "--for", "1h", "--reason", reason]);
  rmSync(sick, { force: true });
  await den.tick();
};

const record = async (name: string, rounds: number): Promise<void> => {
  using den = new Den();
  using chat = new Chat();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("", { status: existsSync(den.at("sick")) ? 500 : 200 }),
  });
  for (let round = 1; round <= rounds; round++) await play(den, chat, `http://127.0.0.1:${server.port}/`, round);
  await server.stop(true);
  writeFileSync(`${folder}/${name}`, readFileSync(den.log));
  process.stdout.write(`${name}: ${den.entries().length} lines, ${await den.verify()}\n`);
};

mkdirSync(folder, { recursive: true });
await record("real.jsonl", 12);
await record("another.jsonl", 12);
