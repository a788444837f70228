import type { Block } from "./block.ts";
import type { Finding } from "./find.ts";
import { isGateway } from "./folders.ts";

/** Names that the host's own check takes. */
export const hostNames: readonly string[] = ["journal", "first-process"];

/** Ends of names that a preset gives to its checks. */
const presetPart = /^-(?:unit|process|healthz|readyz|boots|health|webhook|heartbeat|board|jobs|workers)$/u;

type Named = Pick<Block, "name" | "isPreset">;

/**
 * Whether a check may be called so. Any user names units as he likes: a check of his must not stand in the place of another, nor write over
 * one that a preset makes. Pure.
 */
export const isFree = (block: Named, taken: ReadonlyMap<string, Named>): boolean =>
  !taken.has(block.name) &&
  [...taken.values()].every((other) => {
    const [shorter, longer] = block.name.length < other.name.length ? [block, other] : [other, block];
    if (shorter.isPreset !== true || !longer.name.startsWith(`${shorter.name}-`)) return true;
    return longer.isPreset === true && !presetPart.test(longer.name.slice(shorter.name.length));
  });

const cleaned = (text: string): string => text.replace(/[^A-Za-z0-9._-]+/gu, "-");

const baseName = ({ service: { unit, main }, role }: Finding): string => {
  const text = (unit ?? (role === "other" ? main.comm : role)).replace(/\.service$/u, "");
  const name = cleaned(text).replace(/^[^A-Za-z0-9]+|-+$/gu, "");
  return name.slice(0, 40) || "service";
};

/** Names for a finding, the best first: its unit's, with the user's, and then with what no name of another begins with. There is no end of them. Pure. */
export function* namesFor(finding: Finding, taken: ReadonlyMap<string, Named>): Generator<string> {
  const { service, role } = finding;
  const isPreset = isGateway(role) && service.unit !== undefined;
  const base = isPreset && !taken.has(role) ? role : baseName(finding);
  yield base;
  if (service.manager !== undefined) yield `${base}-${cleaned(service.manager)}`.slice(0, 50);
  yield `service-${base}`;
  for (let at = 2; ; at += 1) yield `service${at}-${base}`;
}
