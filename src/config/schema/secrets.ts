import * as v from "valibot";
import type { SecretRef, TextOrSecret } from "../config.ts";
import { isMap } from "../json.ts";
import { quoted } from "../near.ts";
import { isSecretName } from "../secret-words.ts";
import { type Block, maybe, placeAt, privateText } from "./blocks.ts";
import { exactlyOne, mapOf, picked, shape } from "./shape.ts";

const folder = "/etc/dogwatch/credentials";

const remedy = (name: string, write: string): string =>
  `put its text into ${folder}/${name} (root, mode 0600) and write ${write} here`;

/** Beginnings that only tokens have: someone wrote the secret where its name belongs. */
const credentialName = /^(?!\.{1,2}$)(?!xox[a-z]-|xapp-|sk-|gh[a-z]_|github_pat_|glpat-)[A-Za-z0-9_.-]{1,100}$/u;

const credential = privateText(
  "the name of a credential: letters, digits, dots, underscores and hyphens, not the secret itself",
  credentialName,
);
const file = privateText('an absolute path without ".."', /^\/(?!(?:.*\/)?\.\.(?:\/|$)).*$/u);

const refEntries = {
  credential: maybe(credential, "Name of a file in the credentials folder, which holds the secret.", "telegram-token"),
  file: maybe(file, "Absolute path of a file that holds the secret and that others can't read.", "/etc/dogwatch/token"),
};

const words = {
  none: "expected { credential: NAME } or { file: /path }, got an empty map",
  more: "a secret comes from one place",
};

interface RawRef {
  readonly credential?: string | undefined;
  readonly file?: string | undefined;
}

const toRef = (raw: RawRef): SecretRef =>
  raw.credential === undefined ? { file: raw.file ?? "" } : { credential: raw.credential };

/** A secret by reference. Its text in the config is refused, and nothing that stands here is ever shown. `name`: a name to propose. */
export const secretRef = (name: string): Block<SecretRef> => {
  const what = `{ credential: ${name} } or { file: /path }`;
  const ref = v.pipe(
    exactlyOne(shape({ what, isPrivate: true }, refEntries), ["credential", "file"], words),
    v.transform(toRef),
    v.metadata({ "x-type": "secret" }),
  );
  const plain = v.never(`a secret as plain text is refused: ${remedy(name, `{ credential: ${name} }`)}`);
  const other = v.never(`expected ${what}`);
  return picked([ref], (input) => (isMap(input) ? ref : typeof input === "string" ? plain : other));
};

const headerText = privateText("a header's text on one line", /^[\x20-\x7e\x80-\xff]*$/u);

const headerSecret: Block<TextOrSecret> = v.pipe(
  exactlyOne(
    shape(
      { what: "text or { credential: NAME }", isPrivate: true },
      {
        ...refEntries,
        prefix: maybe(
          privateText("at most 32 characters to stand before the secret", /^[\x20-\x7e]{0,32}$/u),
          "Text before the secret.",
          "Bearer ",
        ),
      },
    ),
    ["credential", "file"],
    words,
    ["prefix"],
  ),
  v.transform((raw) => ({ ...toRef(raw), ...(raw.prefix === undefined ? {} : { prefix: raw.prefix }) })),
);

const headerValue: Block<TextOrSecret> = picked([headerText, headerSecret], (input) =>
  isMap(input) ? headerSecret : headerText,
);

/** Set by the HTTP client itself; a second one would break the request. Source: RFC 9110, 8.6; RFC 9112, 6.1 and 9.6. */
const ours: ReadonlySet<string> = new Set(["content-length", "transfer-encoding", "connection", "expect", "upgrade"]);

const headerFault = (
  name: string,
  value: unknown,
  earlier: ReadonlySet<string>,
): { readonly at: "key" | "value"; readonly message: string } | undefined => {
  const lower = name.toLowerCase();
  if (ours.has(lower)) return { at: "key", message: `the header ${quoted(name)} is set by dogwatch itself; remove it` };
  if (earlier.has(lower))
    return { at: "key", message: `the header ${quoted(name)} stands twice: case doesn't count in header names` };
  if (isMap(value) || !isSecretName(name)) return undefined;
  const write = lower.includes("authorization") ? '{ credential: NAME, prefix: "Bearer " }' : "{ credential: NAME }";
  return {
    at: "value",
    message: `the header ${quoted(name)} holds a secret, which is refused as plain text: ${remedy("NAME", write)}`,
  };
};

/** HTTP headers: name to text or secret. A name that tells of a secret takes no plain text. Source: RFC 9110, 5.1 (field names are tokens). */
export const headers: Block<Record<string, TextOrSecret>> = v.pipe(
  mapOf(
    "a map of headers, such as { Accept: application/json }",
    { form: /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/u, fault: () => "expected the name of a header, such as Accept" },
    headerValue,
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    const value: unknown = dataset.value;
    if (!isMap(value)) return;
    const earlier = new Set<string>();
    for (const [name, each] of Object.entries(value)) {
      const fault = headerFault(name, each, earlier);
      if (fault !== undefined) addIssue({ message: fault.message, path: [placeAt(name, fault.at)] });
      earlier.add(name.toLowerCase());
    }
  }),
  v.metadata({ "x-type": "map of header to text or secret" }),
);
