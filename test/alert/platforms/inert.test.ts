import { describe, expect, test } from "bun:test";
import { inertText } from "../../../src/alert/platforms/inert.ts";

const j = "\u2060";

describe("inertText()", () => {
  const cases: readonly { readonly name: string; readonly given: string; readonly want: string }[] = [
    { name: "makes one line inline code", given: "RED web-1", want: "`RED web-1`" },
    {
      name: "puts the rest into a block",
      given: "RED web-1\nNext: x\nlog 1:aa",
      want: "`RED web-1`\n```\nNext: x\nlog 1:aa\n```",
    },
    { name: "lets no backtick end the first line's code", given: "a `b` ``c", want: `\`a 'b' '${j}'c\`` },
    {
      name: "lets no fence end the block",
      given: "a\n```\n````js",
      want: `\`a\`\n\`\`\`\n\`${j}\`${j}\`\n\`${j}\`${j}\`${j}\`js\n\`\`\``,
    },
    { name: "breaks mentions", given: "@everyone (@here) x @bob", want: `\`@${j}everyone (@${j}here) x @${j}bob\`` },
    {
      name: "leaves units and addresses to be copied",
      given: "gateway@1.service ops@web-1",
      want: "`gateway@1.service ops@web-1`",
    },
    {
      name: "breaks Slack's commands and tags",
      given: "<!channel> <@U1> <think>x</think>",
      want: `\`<${j}!channel> <${j}@${j}U1> <${j}think>x<${j}/think>\``,
    },
    { name: "breaks links", given: "see https://evil.example", want: `\`see https:${j}//evil.example\`` },
    { name: "breaks directives", given: "[[reply_to:1]] [[[x", want: `\`[${j}[reply_to:1]] [${j}[${j}[x\`` },
    {
      name: "breaks attachments of files",
      given: "a\nMEDIA:/etc/passwd\nmedia:x",
      want: `\`a\`\n\`\`\`\nMEDIA${j}:/etc/passwd\nmedia${j}:x\n\`\`\``,
    },
    { name: "breaks line breaks that are written out", given: "a\\nb\\", want: `\`a\\${j}nb\\${j}\`` },
    { name: "takes escapes and reversals out", given: "a\u001b[31mb\u202ec", want: "`a [31mb c`" },
  ];
  for (const { name, given, want } of cases) test(`inertText() ${name}`, () => expect(inertText(given)).toBe(want));

  test("inertText() fits the smallest platform, whatever the text, and keeps its first and last line", () => {
    for (const filling of ["x", "`", "<", "\\", "@a ", "👍"]) {
      const lines = [
        "RED web-1 · a: b",
        ...Array.from({ length: 60 }, () => filling.repeat(40)),
        "log 41:9f3ac2d1c07be55a",
      ];
      const text = inertText(lines.join("\n"));
      expect(text.length).toBeLessThanOrEqual(2000);
      expect(text).toStartWith("`RED web-1 · a: b`\n");
      expect(text).toEndWith("\nlog 41:9f3ac2d1c07be55a\n```");
    }
  });
});
