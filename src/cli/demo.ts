import { brokenFile, gatewayPort, openStage, playGateway, restartGateway, type Stage } from "../host/demo-stage.ts";
import type { Host } from "../host/host.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { logCommand } from "./log.ts";
import { tickCommand } from "./tick.ts";

/** As in the demo's recipe: a second heal has to wait for it. */
const cooldownMs = 3000;
const token = "424242:the-demo-s-token";

const configText = (stage: Stage, port: number): string => `host: demo-box
confirm: 1s
chat:
  telegram:
    chat_id: "42"
    token: { credential: telegram-token }
    api: http://127.0.0.1:${stage.chatPort}
checks:
  gateway-process:
    process: { pidfile: ${stage.folder}/gateway.pid }
  gateway:
    http: { url: "http://127.0.0.1:${port}/healthz", timeout: 2s }
    expect: { json: { /status: live } }
    red_after: 1
    needs: [gateway-process]
heal:
  mode: apply
  rules:
    - on: [gateway-process, gateway]
      recipe: restart-demo-gateway
      with: { folder: ${stage.folder} }
`;

const recipeText = (binary: string): string => `recipe: restart-demo-gateway
treats: the demo's gateway
params: { folder: { type: path, required: true } }
steps:
  - [${JSON.stringify(binary)}, demo, restart, "{folder}"]
proof: { within: 4s, every: 500ms }
cooldown: 3s
card: gateway-down
`;

const waitForGateway = async (host: Host, stage: Stage): Promise<number> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = gatewayPort(stage.folder);
    if (port !== undefined) return port;
    await host.clock.sleep(50);
  }
  throw new Error("the demo's gateway did not start within 10 s");
};

const cliFor = ({ host, paths, flags }: Cli, { folder }: Stage): Cli => ({
  host,
  flags: { ...flags, isJson: false, isDryRun: false },
  words: [],
  paths: {
    ...paths,
    config: `${folder}/dogwatch.yaml`,
    state: `${folder}/state`,
    helper: `${folder}/state`,
    socket: null,
    logFile: `${folder}/log/heal.jsonl`,
    credentials: { path: `${folder}/credentials`, prefix: "" },
    beats: { folder: `${folder}/beat`, uid: host.uid },
    recipes: `${folder}/heal-recipes`,
  },
});

const frame = (text: string): string =>
  text
    .split("\n")
    .map((line) => `  │ ${line}\n`)
    .join("");

/** One scene: what happens, one tick, and what arrives on the operator's phone. */
const scene = async (cli: Cli, stage: Stage, title: string): Promise<void> => {
  const { terminal } = cli.host;
  terminal.out(`\n── ${title}\n\n`);
  await tickCommand(cli);
  const messages = stage.takeMessages();
  if (messages.length === 0) terminal.out("\n  The operator's phone stays silent.\n");
  for (const text of messages) terminal.out(`\n  The operator's phone:\n${frame(text)}`);
};

/** Ends the gateway and waits until the kernel has done so. */
const killed = async (host: Host, stage: Stage): Promise<void> => {
  stage.killGateway();
  await host.clock.sleep(300);
};

const play = async (cli: Cli, stage: Stage): Promise<number> => {
  const { host } = cli;
  for (const name of ["credentials", "heal-recipes", "log"]) host.files.makeFolder(`${stage.folder}/${name}`, 0o700);
  stage.put("credentials/telegram-token", token);
  stage.put("heal-recipes/restart-demo-gateway.yaml", recipeText(host.binary));
  restartGateway(host.binary, stage.folder);
  stage.put("dogwatch.yaml", configText(stage, await waitForGateway(host, stage)));
  await scene(cli, stage, "1. A healthy gateway: a tick looks, finds all green, and ends.");
  await killed(host, stage);
  await scene(cli, stage, "2. Night. The gateway is killed (SIGKILL). The next tick heals it once and proves it.");
  await scene(cli, stage, "3. The tick after: well, and nothing to say.");
  await host.clock.sleep(cooldownMs);
  stage.put(brokenFile, "");
  await killed(host, stage);
  await scene(cli, stage, "4. It dies again, and this time it can't come back. One try, then a person is told.");
  await scene(cli, stage, "5. The tick after: still red, and no second message.");
  host.files.remove(`${stage.folder}/${brokenFile}`);
  restartGateway(host.binary, stage.folder);
  await host.clock.sleep(500);
  await scene(cli, stage, "6. A person mends it.");
  host.terminal.out("\n── 7. What the auditor sees: every step, chained by hashes.\n\n");
  await logCommand(host, ["show"], cli.paths, false);
  return await logCommand(host, ["verify"], cli.paths, false);
};

/** `dogwatch demo`: the whole story with real processes and a real receiver, no root, no systemd, no network beyond loopback. */
export const demoCommand = async (cli: Cli): Promise<number> => {
  const [role, folder] = cli.words;
  if (role === "gateway" && folder !== undefined) return await playGateway(folder);
  if (role === "restart" && folder !== undefined) {
    restartGateway(cli.host.binary, folder);
    return exits.done;
  }
  if (role !== undefined) {
    complain(cli.host, `cannot play "${role}"`, "Run: dogwatch demo");
    return exits.usage;
  }
  const stage = await openStage();
  try {
    return await play(cliFor(cli, stage), stage);
  } finally {
    stage.close();
  }
};
