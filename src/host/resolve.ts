/** A name that is known or cached is there in a few milliseconds. */
const lookupMs = 500;
/** IPv4 or IPv6, the latter with brackets or without; no name has a colon, or only digits and dots. */
const address = /:|^[\d.]+$/u;

/**
 * Whether a host's name can't be turned into an address now: then a connection that came to nothing in its time says something of the way there, not
 * of the host (law 4: unknown). Asked only after a timeout. An IP address is always found. Never throws. Source: getaddrinfo(3).
 */
export const isNameLost = async (host: string): Promise<boolean> => {
  if (address.test(host)) return false;
  const { lookup } = await import("node:dns/promises");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), lookupMs);
  });
  const found = lookup(host).then(
    () => false,
    () => true,
  );
  const isLost = await Promise.race([found, late]);
  clearTimeout(timer);
  return isLost;
};

/** Why it is lost, in words. */
export const nameLost = (host: string): string => `the name "${host}" was not turned into an address in time`;
