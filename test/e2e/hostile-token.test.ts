import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Den, type Ran } from "./hostile-bed.ts";

const key = "PLANTED_s3cr3t-tok3n_0123456789";
const token = `4711:${key}`;

const percent = (text: string): string =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
const escaped = (text: string): string =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");

/** How a server gives back what it was sent. */
const echoes: readonly { readonly name: string; readonly given: (secret: string, url: string) => Response }[] = [
  { name: "in a text", given: (secret) => new Response(`bad token ${secret}`, { status: 401 }) },
  { name: "in a URL", given: (_, url) => new Response(`no such place: ${url}`, { status: 404 }) },
  {
    name: "in JSON",
    given: (secret) =>
      Response.json({ ok: false, description: `bad ${secret}`, message: secret, error: secret }, { status: 400 }),
  },
  {
    name: "in JSON of status 200",
    given: (secret) => Response.json({ ok: false, description: secret, error: secret, message: secret }),
  },
  {
    name: "in escaped JSON",
    given: (secret) =>
      new Response(
        `{"ok":false,"description":"${escaped(secret)}","error":"${escaped(secret)}","message":"${escaped(secret)}"}`,
        { status: 400 },
      ),
  },
  { name: "percent-encoded", given: (secret) => new Response(`/bot${percent(secret)}/ not found`, { status: 500 }) },
  { name: "in capitals", given: (secret) => new Response(secret.toUpperCase(), { status: 403 }) },
  {
    name: "in its headers",
    given: (secret) => new Response("", { status: 429, headers: { "retry-after": "1", "x-token": secret } }),
  },
  {
    name: "in a redirect",
    given: (secret) => new Response("", { status: 302, headers: { location: `http://127.0.0.1:1/${secret}` } }),
  },
  { name: "as the reason phrase", given: (secret) => new Response("", { status: 418, statusText: `bad ${secret}` }) },
  {
    name: "at the edge of what is read",
    given: (secret) => new Response(`${"x".repeat(64 * 1024 - 9)}${secret}`, { status: 500 }),
  },
  { name: "ten thousand times", given: (secret) => new Response(secret.repeat(10_000), { status: 500 }) },
];

const chats: readonly { readonly name: string; readonly yaml: (api: string) => string; readonly secret: string }[] = [
  {
    name: "telegram",
    yaml: (api) => `telegram: { chat_id: "1", token: { credential: chat }, api: "${api}" }`,
    secret: token,
  },
  {
    name: "slack",
    yaml: (api) => `slack: { token: { credential: chat }, channel: "#ops", api: "${api}" }`,
    secret: `xoxb-${key}`,
  },
  {
    name: "slack's webhook",
    yaml: (api) => `slack: { webhook: { credential: chat }, api: "${api}" }`,
    secret: `/services/T0/B0/${key}`,
  },
  {
    name: "discord",
    yaml: (api) => `discord: { webhook: { credential: chat }, api: "${api}" }`,
    secret: `/api/webhooks/1/${key}`,
  },
  {
    name: "webhook",
    yaml: (api) => `webhook: { url: "${api}/x", headers: { Authorization: { credential: chat, prefix: "Bearer " } } }`,
    secret: key,
  },
];

/** Everything that a file tree holds, the credentials themselves left out. */
const everythingIn = (folder: string): string =>
  readdirSync(folder)
    .flatMap((name) => {
      const path = join(folder, name);
      if (name === "credentials") return [];
      return [name, statSync(path).isDirectory() ? everythingIn(path) : readFileSync(path, "utf8")];
    })
    .join("\n");

/** Where the secret shows: half of it is enough, in any case and in any of its forms. */
const leaks = (texts: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(texts).flatMap(([where, text]) => {
    const half = key.slice(0, key.length / 2);
    const found = [half, percent(half), escaped(half)]
      .map((form) => text.toLowerCase().indexOf(form.toLowerCase()))
      .find((at) => at >= 0);
    return found === undefined ? [] : [`${where}: ${text.slice(Math.max(0, found - 80), found + 80)}`];
  });

const said = ({ out, err }: Ran): string => `${out}\n${err}`;

describe("a chat that gives the token back", () => {
  test("leaks() finds what it looks for, in each form", () => {
    for (const form of [token, token.toUpperCase(), percent(token), escaped(token), `x${token.slice(0, 30)}`])
      expect(leaks({ there: `something ${form} more`, here: "nothing" })).toEqual([expect.stringContaining("there: ")]);
  });

  for (const chat of chats)
    for (const { name, given } of echoes)
      test(`no output and no file holds the token of ${chat.name} when it comes back ${name}`, async () => {
        using den = new Den();
        let posts = 0;
        using server = Bun.serve({
          port: 0,
          hostname: "127.0.0.1",
          fetch: (request) => {
            posts += request.method === "POST" ? 1 : 0;
            return given(chat.secret, request.url);
          },
        });
        const api = `http://127.0.0.1:${server.port}`;
        den.write("credentials/chat", chat.secret);
        den.write(
          "dogwatch.yaml",
          `confirm: 0s\nchat: { ${chat.yaml(api)} }\nchecks:\n  gone: { process: { name: no-such-gw } }\n` +
            `  web:\n    http: { url: "${api}/", headers: { X-Token: { credential: chat } } }\n    red_after: 1\n    expect: { json: { /ok: true }, status: 200..599 }\n`,
        );
        const first = await den.dogwatch(["tick", "--log-level", "debug"]);
        expect([0, 75]).toContain(first.status ?? -1);
        const ran = {
          "tick --log-level debug": said(first),
          "tick --json": said(await den.dogwatch(["tick", "--json", "--log-format", "json", "--log-level", "debug"])),
          "chat test": said(await den.dogwatch(["chat", "test"])),
          failed: said(await den.dogwatch(["failed"])),
          files: everythingIn(den.path),
        };
        expect(leaks(ran)).toEqual([]);
        expect(posts).toBeGreaterThan(1);
      });
});
