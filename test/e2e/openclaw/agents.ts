import { install } from "../../../scripts/openclaw/install.ts";
import { type Bed, nodePath, until } from "../bed.ts";
import { portOpen } from "../receiver.ts";

/** Where the gateway of the test lies in the bed. */
const home = "/home/agents";
const state = `${home}/.openclaw`;
const installedAt = "/opt/openclaw";
const gatewayPort = 18789;
const botPort = 18081;
const sentFile = "/run/e2e-bot-sent";
/** The gateway's password, for its own `/tools/invoke`. */
export const gatewayToken = "a-token-for-the-bed-only-0123456789";

/** The real gateway in the real place: the user unit that its own `gateway install` writes for `agents`, whose home is closed. */
export interface Agents {
  /** Runs a line of bash as agents, with their own manager. */
  sh(script: string): Promise<string>;
  /** Writes the gateway's config, with a telegram channel whose Bot API is ours or without one. */
  configure(channel: "telegram" | "none"): Promise<void>;
  /** How the Bot API answers from now on. */
  botSays(mode: "ok" | "401" | "409"): Promise<void>;
  /** The texts that the Bot API took from the gateway. */
  botTook(): Promise<readonly string[]>;
  /** One property of the unit. */
  show(property: string): Promise<string>;
  /** (Re)starts the unit and waits until it answers as live. */
  restart(): Promise<void>;
  /** Waits until the unit's gateway answers as live and nothing of it fails. */
  ready(): Promise<void>;
  /** SIGKILL; waits until its manager has noticed. */
  kill(): Promise<void>;
  /** Has its manager leave it down when it dies, by a drop-in. */
  keepDown(): Promise<void>;
  /** Its own unit, its own config, the Bot API well, up and ready: whatever a test did before. */
  begin(): Promise<void>;
  /** Writes a config that it refuses. */
  breakConfig(): Promise<void>;
  /** What `/readyz` says is failing; undefined while it doesn't answer. */
  failing(): Promise<string | undefined>;
  /** Starts a second gateway, by hand and on a state folder of its own, and waits until it answers. */
  startSecond(): Promise<void>;
  stopSecond(): Promise<void>;
}

const environment = `export XDG_RUNTIME_DIR=/run/user/$(id -u) HOME=${home} PATH=${installedAt}/node_modules/node/bin:/usr/bin:/bin; cd`;
const node = `${installedAt}/node_modules/node/bin/node`;
const cli = `${installedAt}/node_modules/openclaw/openclaw.mjs`;
const unit = "openclaw-gateway.service";
const dropIn = `${home}/.config/systemd/user/${unit}.d`;
const reload = "systemctl --user daemon-reload";

const gatewayConfig = (port: number, channel: "telegram" | "none"): string =>
  JSON.stringify({
    gateway: {
      mode: "local",
      port,
      bind: "loopback",
      auth: { mode: "token", token: gatewayToken },
    },
    channels:
      channel === "none"
        ? {}
        : {
            telegram: {
              enabled: true,
              botToken: `1234567:${"A".repeat(35)}`,
              apiRoot: `http://127.0.0.1:${botPort}`,
              dmPolicy: "allowlist",
              allowFrom: ["123"],
            },
          },
  });

/** Shows the installed packages in the bed without copying 0.8 GB, where it sees their disk. */
const bring = async (bed: Bed): Promise<void> => {
  const installed = await install();
  if (typeof installed === "string") throw new Error(installed);
  const isSeen = (await bed.exec(["/usr/bin/test", "-d", installed.folder])).status === 0;
  if (isSeen) await bed.sh(`mkdir ${installedAt}; mount --bind ${installed.folder} ${installedAt}`);
  else await bed.cp(installed.folder, installedAt);
};

const bodyOf = async (bed: Bed, port: number, path: string): Promise<unknown> => {
  const { status, out } = await bed.exec(["/usr/bin/curl", "-s", "-m", "5", `http://127.0.0.1:${port}${path}`]);
  return status === 0 ? JSON.parse(out) : undefined;
};

const isLive = async (bed: Bed, port: number): Promise<true | undefined> => {
  const body = await bodyOf(bed, port, "/healthz");
  return typeof body === "object" && body !== null && "status" in body && body.status === "live" ? true : undefined;
};

const startBotApi = async (bed: Bed): Promise<void> => {
  await bed.cp(`${import.meta.dir}/bot-api.mjs`, "/opt/bot-api.mjs");
  await bed.run([
    "/usr/bin/systemd-run",
    "--quiet",
    "--unit=e2e-bot-api",
    nodePath(),
    "/opt/bot-api.mjs",
    String(botPort),
    "/run/e2e-bot-mode",
    sentFile,
  ]);
  await portOpen(bed, botPort);
};

const failingOf = async (bed: Bed): Promise<string | undefined> => {
  const body = await bodyOf(bed, gatewayPort, "/readyz");
  if (typeof body !== "object" || body === null || !("failing" in body) || !Array.isArray(body.failing))
    return undefined;
  return body.failing.join(" ");
};

const user = (bed: Bed): Agents => {
  const argv = (script: string) => [
    "/usr/sbin/runuser",
    "-u",
    "agents",
    "--",
    "/bin/bash",
    "-ec",
    `${environment}; ${script}`,
  ];
  const sh = (script: string): Promise<string> => bed.run(argv(script), { timeoutMs: 120_000 });
  const show = async (property: string): Promise<string> =>
    (await sh(`systemctl --user show -P ${property} ${unit}`)).trim();
  const ready = async (): Promise<void> =>
    void (await until("the gateway to be ready", async () => (await failingOf(bed)) === "" || undefined, 300_000));
  const live = (): Promise<void> =>
    until("the gateway to be live", () => isLive(bed, gatewayPort), 300_000).then(() => undefined);
  const write = (folder: string, port: number, channel: "telegram" | "none"): Promise<void> =>
    bed
      .write(`${folder}/openclaw.json`, gatewayConfig(port, channel), "0600")
      .then(() => bed.sh(`chown -R agents: ${folder}; chmod 0700 ${folder}`))
      .then(() => undefined);
  let isPlain = true;
  const configure = async (channel: "telegram" | "none"): Promise<void> => {
    isPlain = false;
    await write(state, gatewayPort, channel);
  };
  const botSays = (mode: "ok" | "401" | "409"): Promise<void> => bed.write("/run/e2e-bot-mode", mode);
  const restart = async (): Promise<void> => {
    await sh(`systemctl --user reset-failed ${unit}; systemctl --user restart ${unit}`);
    await live();
  };
  return {
    sh,
    configure,
    botSays,
    botTook: async () =>
      (await bed.sh(`cat ${sentFile} 2>/dev/null || true`))
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => String(JSON.parse(line))),
    show,
    restart,
    ready,
    kill: async () => {
      const pid = await show("MainPID");
      await sh(`systemctl --user kill -s KILL ${unit}`);
      await until("its manager to notice", async () => ((await show("MainPID")) === pid ? undefined : true));
    },
    keepDown: async () =>
      void (await sh(`mkdir -p ${dropIn}; printf "[Service]\\nRestart=no\\n" >${dropIn}/no.conf; ${reload}`)),
    breakConfig: async () => {
      isPlain = false;
      await sh("echo '{ broken' >.openclaw/openclaw.json");
    },
    begin: async () => {
      await botSays("ok");
      await sh(`rm -rf ${dropIn}; ${reload}`);
      if (!isPlain) await configure("none");
      if (!isPlain || (await show("ActiveState")) !== "active") await restart();
      isPlain = true;
      await ready();
    },
    failing: () => failingOf(bed),
    startSecond: async () => {
      await write(`${home}/.openclaw-second`, gatewayPort + 1, "none");
      await sh(`systemd-run --user --quiet --unit=second -E OPENCLAW_STATE_DIR=${home}/.openclaw-second \
        -E OPENCLAW_CONFIG_PATH=${home}/.openclaw-second/openclaw.json ${node} ${cli} gateway run`);
      await until("the second gateway to be live", () => isLive(bed, gatewayPort + 1), 300_000);
    },
    stopSecond: async () => void (await sh("systemctl --user stop second.service")),
  };
};

/** Makes the user `agents` with a manager of their own and a closed home, and installs the gateway there as its own command does. */
export const useAgents = async (bed: Bed): Promise<Agents> => {
  await bring(bed);
  await bed.sh(`useradd --create-home --shell /bin/bash agents; chmod 0700 ${home}; loginctl enable-linger agents`);
  await until("the user manager", async () => {
    const { status } = await bed.exec(["/bin/sh", "-c", "test -S /run/user/$(id -u agents)/systemd/private"]);
    return status === 0 ? true : undefined;
  });
  await startBotApi(bed);
  const agents = user(bed);
  await agents.configure("none");
  await agents.sh(`${node} ${cli} gateway install >install.log 2>&1 || { cat install.log; exit 1; }`);
  await agents.ready();
  return agents;
};
