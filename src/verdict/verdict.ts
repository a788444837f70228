/** The colours, from best to worst. Amber: bad but below its threshold, or advisory. */
export const verdicts = ["green", "amber", "unknown", "red"] as const;
export type Verdict = (typeof verdicts)[number];

/** The worst of several verdicts; green for none. Never throws. */
export const worst = (list: readonly Verdict[]): Verdict =>
  list.reduce<Verdict>((a, b) => (verdicts.indexOf(b) > verdicts.indexOf(a) ? b : a), "green");
