import { Database } from "bun:sqlite";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bed, nodePath, until } from "./bed.ts";
import { portOpen } from "./receiver.ts";

/** The home of the user whose gateways are looked at; nobody else can look into it. */
export const agentsHome = "/home/agents";
const python = `${agentsHome}/venv/bin/python3`;
const hermes = `${agentsHome}/venv/bin/hermes`;

/** How the gateway of OpenClaw is started, with more words behind it. */
export const openclawCommand = (port: number): string =>
  `${nodePath()} ${agentsHome}/lib/openclaw/dist/index.mjs gateway --port ${port}`;

const unit = (start: string): string => `[Unit]\nDescription=a gateway\n[Service]\nExecStart=${start}\nRestart=no
[Install]\nWantedBy=default.target\n`;

/** A script as the user that the agents run as, with that user's service manager at hand. */
export const asAgents = (bed: Bed, script: string): Promise<string> =>
  bed.run(
    [
      ...["/usr/sbin/runuser", "-u", "agents", "--", "/usr/bin/env", `HOME=${agentsHome}`],
      ...[`PATH=${agentsHome}/.local/bin:/usr/bin:/bin`, "/bin/bash", "-euc"],
      `export XDG_RUNTIME_DIR=/run/user/$(id -u); cd; ${script}`,
    ],
    { timeoutMs: 190_000 },
  );

/** Main process of one of the user's units. */
export const pidOf = async (bed: Bed, name: string): Promise<string> =>
  (await asAgents(bed, `systemctl --user show -P MainPID ${name}`)).trim();

const emptyBoard = "DELETE FROM tasks; DELETE FROM task_runs; DELETE FROM task_events";

/** Puts a board into the home: the real one of the fixtures, changed by SQL. */
export const putBoard = async (bed: Bed, sql: string): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "dogwatch-board-"));
  const file = join(folder, "kanban.db");
  copyFileSync(join(import.meta.dirname, "..", "fixtures", "hermes", "kanban.db"), file);
  const board = new Database(file);
  for (const each of sql.split(";")) board.run(each);
  board.close();
  await bed.cp(file, `${agentsHome}/.hermes/kanban.db`);
  await bed.sh(`chown agents: ${agentsHome}/.hermes/kanban.db`);
  rmSync(folder, { recursive: true });
};

/** The usual real case: a user with a home of mode 0700, a service manager of its own, and in it both gateways, answering; the board is empty. */
export const bringAgents = async (bed: Bed): Promise<void> => {
  await bed.sh(
    `useradd --create-home --shell /bin/bash agents; chmod 0700 ${agentsHome}; loginctl enable-linger agents`,
  );
  await bed.cp(`${import.meta.dir}/openclaw.mjs`, "/opt/openclaw.mjs");
  await bed.cp(`${import.meta.dir}/hermes.mjs`, "/opt/hermes.mjs");
  await bed.sh(`
    install -D /opt/openclaw.mjs ${agentsHome}/lib/openclaw/dist/index.mjs
    install -D /opt/hermes.mjs ${agentsHome}/venv/hermes.mjs; mkdir -p ${agentsHome}/venv/bin ${agentsHome}/.hermes
    echo 'import("${agentsHome}/venv/hermes.mjs");' >${hermes}`);
  const units = `${agentsHome}/.config/systemd/user`;
  await bed.write(`${units}/openclaw-gateway.service`, unit(openclawCommand(18789)));
  await bed.write(`${units}/hermes-gateway.service`, unit(`@${nodePath()} ${python} ${hermes} gateway run`));
  await putBoard(bed, emptyBoard);
  await bed.cp(`${import.meta.dir}/../fixtures/openclaw/openclaw.sqlite`, "/opt/openclaw.sqlite");
  await bed.sh(`install -D /opt/openclaw.sqlite ${agentsHome}/.openclaw/state/openclaw.sqlite`);
  await bed.sh(`chown -R agents: ${agentsHome}`);
  await until("the user manager", async () => {
    const { status } = await bed.exec(["/bin/sh", "-c", "test -S /run/user/$(id -u agents)/systemd/private"]);
    return status === 0 ? true : undefined;
  });
  await asAgents(
    bed,
    "systemctl --user daemon-reload; systemctl --user --quiet enable --now openclaw-gateway hermes-gateway",
  );
  await portOpen(bed, 18789);
  await until("the ticker", async () => {
    const { status } = await bed.exec(["/usr/bin/test", "-s", `${agentsHome}/.hermes/cron/ticker_heartbeat`]);
    return status === 0 ? true : undefined;
  });
};
