import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What is tested and measured: the gateway, and a Node that it runs on (24.16 or later). After a change, measure docs/gateways.md anew. */
export const pinned = { openclaw: "2026.9.6", node: "24.21.0" } as const;

/** Outside of git, one folder for each pair of versions, so that a second run needs no network. */
const folder: string = fileURLToPath(
  new URL(`../../.cache/openclaw-${pinned.openclaw}-node-${pinned.node}`, import.meta.url),
);
const done = `${folder}/installed`;

/** A gateway on this machine's disk. Everything lies under `folder`, so that it can be brought elsewhere as a whole. */
export interface Installed {
  readonly folder: string;
  /** The programs, relative to `folder`. */
  readonly node: string;
  readonly cli: string;
}

const installed: Installed = {
  folder,
  node: "node_modules/node/bin/node",
  cli: "node_modules/openclaw/openclaw.mjs",
};

const npm = async (...packages: readonly string[]): Promise<string | undefined> => {
  const argv = ["npm", "install", "--save-exact", "--no-audit", "--no-fund", "--loglevel=error", ...packages];
  // The gateway's install scripts refuse to run on an older Node, so the pinned one comes first.
  const path = `${folder}/node_modules/node/bin:${process.env["PATH"] ?? ""}`;
  const child = Bun.spawn(argv, { cwd: folder, env: { ...process.env, PATH: path }, stdout: "pipe", stderr: "pipe" });
  const [out, err, status] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return status === 0 ? undefined : `npm could not install ${packages.join(" ")} (status ${status})\n${out}${err}`;
};

/**
 * Brings the pinned gateway and its Node with npm, about 0.8 GB, unless they are there already. Gives what is wrong as text: no
 * network, no room, a registry that lacks a version.
 */
export const install = async (): Promise<Installed | string> => {
  if (existsSync(done)) return installed;
  mkdirSync(folder, { recursive: true });
  // Their install scripts place Node's binary and finish the gateway's package; newer npm runs none that isn't listed.
  const manifest = { private: true, allowScripts: { node: true, openclaw: true } };
  writeFileSync(`${folder}/package.json`, JSON.stringify(manifest));
  console.error(`installing openclaw@${pinned.openclaw} and node@${pinned.node} into ${folder}`);
  const why = (await npm(`node@${pinned.node}`)) ?? (await npm(`node@${pinned.node}`, `openclaw@${pinned.openclaw}`));
  if (why !== undefined) return why;
  for (const program of [installed.node, installed.cli])
    if (!existsSync(`${folder}/${program}`)) return `npm installed no "${program}" into ${folder}`;
  writeFileSync(done, "");
  return installed;
};
