import { planted } from "./chats.ts";

const least = 12;

const percent = (text: string): string =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
const units = (text: string): string =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");

/** Every slice of 12 characters of a text. */
const slices = (text: string): readonly string[] =>
  Array.from({ length: Math.max(0, text.length - least + 1) }, (_, at) => text.slice(at, at + least));

/** What must be nowhere: each slice of what is planted, as it is, percent-encoded and in `\u` escapes; and of its base64, wherever in it a group begins. */
const needles: readonly string[] = [
  ...slices(planted).flatMap((slice) => [slice, percent(slice), units(slice)]),
  ...[0, 1, 2].flatMap((skip) => slices(btoa(planted.slice(skip)).replace(/=+$/u, "").slice(0, -1))),
].map((each) => each.toLowerCase());

/** Where a part of the secret shows, with what stands around it; empty where it doesn't. */
export const leaks = (texts: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(texts).flatMap(([where, given]) => {
    const text = given.toLowerCase();
    const found = needles.map((each) => text.indexOf(each)).find((at) => at >= 0);
    return found === undefined ? [] : [`${where}: ${given.slice(Math.max(0, found - 80), found + 80)}`];
  });

/** The ways in which a server gives back what it was sent. */
export const waysBack: readonly { readonly name: string; readonly given: (secret: string, url: string) => Response }[] =
  [
    { name: "in a text", given: (secret) => new Response(`bad token ${secret}`, { status: 401 }) },
    { name: "in a URL", given: (_, url) => new Response(`no such place: ${url}`, { status: 404 }) },
    {
      name: "in JSON",
      given: (secret) =>
        Response.json(
          { ok: false, description: `bad ${secret}`, message: secret, error: secret, errcode: secret, status: secret },
          { status: 400 },
        ),
    },
    {
      name: "in JSON of status 200",
      given: (secret) =>
        Response.json({ ok: false, description: secret, error: secret, message: secret, status: secret }),
    },
    {
      name: "as the key of JSON",
      given: (secret) => Response.json({ [secret]: 1, error: { [secret]: secret, message: secret } }, { status: 500 }),
    },
    {
      name: "in escaped JSON",
      given: (secret) =>
        new Response(
          `{"ok":false,"description":"${units(secret)}","error":"${units(secret)}","message":"${units(secret)}"}`,
          { status: 400 },
        ),
    },
    { name: "percent-encoded", given: (secret) => new Response(`/bot${percent(secret)}/ not found`, { status: 500 }) },
    { name: "in capitals", given: (secret) => new Response(secret.toUpperCase(), { status: 403 }) },
    {
      name: "in base64",
      given: (secret) =>
        new Response(`${btoa(`user:${secret}`)} ${btoa(secret)} ${btoa(`x${secret}`)}`, { status: 401 }),
    },
    { name: "its first half", given: (secret) => new Response(`bad token ${secret.slice(0, -8)}***`, { status: 401 }) },
    {
      name: "its second half",
      given: (secret) =>
        Response.json({ error: `***${secret.slice(-14)}`, message: `***${secret.slice(-14)}` }, { status: 500 }),
    },
    {
      name: "in its headers",
      given: (secret) =>
        new Response("", {
          status: 429,
          headers: {
            "retry-after": secret.replaceAll(/[^\w-]/gu, ""),
            "x-token": secret,
            "set-cookie": secret,
            "www-authenticate": `Bearer realm=${secret}`,
          },
        }),
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
