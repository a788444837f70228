import { describe, expect, test } from "bun:test";
import { redactorFor } from "../../src/host/redact.ts";
import { planted } from "../hostile/chats.ts";

const percent = (text: string): string =>
  [...new TextEncoder().encode(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const units = (text: string): string =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");

describe("redactorFor()", () => {
  const forms: readonly { readonly name: string; readonly given: string }[] = [
    { name: "the secret itself", given: planted },
    { name: "it in capitals", given: planted.toUpperCase() },
    { name: "it percent-encoded", given: percent(planted) },
    { name: "it percent-encoded three times", given: percent(planted).replaceAll("%", "%2525") },
    { name: "it in \\u escapes", given: units(planted) },
    { name: "it backslashed", given: [...planted].map((char) => `\\${char}`).join("") },
    { name: "it in references of HTML", given: [...planted].map((char) => `&#${char.charCodeAt(0)};`).join("") },
    { name: "its first 12 characters", given: planted.slice(0, 12) },
    { name: "its last 12 characters", given: planted.slice(-12) },
    { name: "12 characters from its middle", given: planted.slice(7, 19) },
    { name: "12 characters percent-encoded", given: percent(planted.slice(9, 21)) },
  ];
  for (const { name, given } of forms)
    test(`redactorFor() takes ${name} out, and nothing else`, () => {
      expect(redactorFor([planted]).text(`a "${given}" b`)).toBe('a "[secret]" b');
    });

  test("redactorFor() takes out every slice of 12 characters, wherever it begins", () => {
    for (let from = 0; from + 12 <= planted.length; from += 1)
      expect(redactorFor([planted]).text(`<${planted.slice(from, from + 12)}>`)).toBe("<[secret]>");
  });

  test("redactorFor() takes base64 of it out, whatever stands before it", () => {
    for (const before of ["", "b", "bo", "bot", "user:"]) {
      const text = redactorFor([planted]).text(`Basic ${btoa(`${before}${planted}!`)}`);
      expect(text).toContain("[secret]");
      expect(atob((/[A-Za-z0-9+/]+$/u.exec(text)?.[0] ?? "").slice(0, 8))).not.toContain(planted.slice(-8));
      for (let at = 0; at < planted.length - 12; at += 3)
        expect(text).not.toContain(btoa(planted.slice(at, at + 12)).slice(0, 12));
    }
  });

  const kept: readonly { readonly name: string; readonly given: string; readonly secret: string }[] = [
    { name: "eleven characters of it", given: planted.slice(0, 11), secret: planted },
    {
      name: "the host of a URL that is a secret",
      given: "https://hooks.slack.com/",
      secret: "https://hooks.slack.com/services/T0/B0/x",
    },
    { name: "all but one character of a short one", given: "s3cre", secret: "s3cret" },
    { name: "text with escapes and without it", given: 'a\\/b %41 \\u0041 "\\""', secret: planted },
  ];
  for (const { name, given, secret } of kept)
    test(`redactorFor() leaves ${name}`, () => expect(redactorFor([secret]).text(given)).toBe(given));

  test("redactorFor() leaves JSON that held a secret JSON", () => {
    const path = `/services/T0/B0/${planted}`;
    for (const form of [path, path.replaceAll("/", "\\/"), units(path), `${path}${path}`])
      expect(JSON.parse(redactorFor([path]).text(`{"a":"x${form}y","b":["${form}"]}`))).toEqual({
        a: "x[secret]y",
        b: ["[secret]"],
      });
  });

  test("redactorFor() finds a secret beyond ASCII, as it is and percent-encoded", () => {
    for (const form of ["größe-漢字-👍-schlüssel", percent("größe-漢字-👍-schlüssel")])
      expect(redactorFor(["größe-漢字-👍-schlüssel"]).text(`<${form}>`)).toBe("<[secret]>");
  });

  test("redactorFor() takes the longest of secrets that hold each other, and its whole", () => {
    expect(redactorFor([planted, `4711:${planted}`, ""]).text(`bot4711:${planted}/x`)).toBe("bot[secret]/x");
  });

  test("redactorFor() drops the end of a body that was cut: a secret may begin there", () => {
    const body = `${"x".repeat(1000)}${planted.slice(0, 8)}`;
    expect(redactorFor([planted]).body(body, true)).not.toContain("PLANTED");
    expect(redactorFor([planted]).body(body, false)).toBe(body);
  });

  test("redactorFor() takes megabytes of anything", () => {
    for (const piece of [planted.slice(0, 6), planted, "\\", "%25", "%2525", "\\u0041", "&#", "a"]) {
      const text = redactorFor([planted, `/hooks/${planted}`]).text(piece.repeat(Math.ceil(2_000_000 / piece.length)));
      expect(text.toLowerCase()).not.toContain(planted.slice(0, 12).toLowerCase());
    }
  });
});
