import type { ChainState } from "./chain-state.ts";
import type { Scene } from "./diagnose.ts";
import type { Line } from "./line.ts";

const maxNext = 8;

/** A scene as it is gathered: the first bad line, and what is seen behind it. */
export type Aftermath = { -readonly [Key in keyof Scene]: Scene[Key] } & { readonly next: Line[] };

const isResume = ({ before, at, resume }: Scene, line: Line): boolean =>
  resume === undefined && line.kind === "entry" && line.seq === at.number && line.prev === before.hash;

/** Takes a line behind the first bad one: it is only looked at, to tell what happened. Changes `scene`. */
export const lookOn = (scene: Aftermath, line: Line): void => {
  if (scene.resume !== undefined && scene.resume.line.number === line.number - 1 && line.kind === "entry")
    scene.resume = { line: scene.resume.line, isFollowed: line.prev === scene.resume.line.sha256 };
  if (isResume(scene, line)) scene.resume = { line, isFollowed: false };
  if (scene.next.length < maxNext) scene.next.push(line);
  if (line.kind !== "broken") scene.maxSeq = Math.max(scene.maxSeq, line.seq ?? 0);
  scene.lastNumber = line.number;
};

/** Begins a scene with its first bad line. Pure. */
export const sceneOf = (before: ChainState, at: Line): Aftermath => ({
  before,
  at,
  next: [],
  resume: undefined,
  maxSeq: Math.max(before.head.seq, at.kind === "broken" ? 0 : (at.seq ?? 0)),
  lastNumber: at.number,
});
