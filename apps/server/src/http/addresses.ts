import { BlockList, isIP } from 'node:net';

const loopbackRanges = new BlockList();
loopbackRanges.addSubnet('127.0.0.0', 8, 'ipv4');
loopbackRanges.addAddress('::1', 'ipv6');

/** Whether an address or name can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  const family = isIP(bare);
  if (family === 0) return bare === 'localhost';
  return loopbackRanges.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether a connection's address, possibly IPv4 mapped into IPv6, is in a list of addresses and ranges. */
export function isAddressIn(address: string | undefined, ranges: readonly string[]): boolean {
  const bare = (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(bare);
  if (family === 0) return false;
  const list = new BlockList();
  for (const range of ranges) {
    const [start = '', bits] = range.split('/');
    const kind = isIP(start) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(start, kind);
    else list.addSubnet(start, Number(bits), kind);
  }
  return list.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/** The name in a Host header, without its port; undefined if the header is invalid. */
function hostNameOf(header: string | undefined): string | undefined {
  const match = /^(\[[\dA-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.exec(header ?? '');
  return match?.[1]?.toLowerCase().replace(/^\[|\]$/g, '');
}

/**
 * Whether the server accepts a Host header. With DNS rebinding an attacker's page sends its own name, which now points at this
 * machine, so only names that are known to be this server's pass. Addresses, which cannot be rebound, pass when the server
 * listens on the network.
 */
export function isAllowedHost(
  header: string | undefined,
  listensOn: string,
  allowed: readonly string[],
): boolean {
  const name = hostNameOf(header);
  if (name === undefined) return false;
  if (isLoopback(name)) return true;
  if (allowed.some((each) => each === '*' || each.toLowerCase() === name)) return true;
  return !isLoopback(listensOn) && (isIP(name) !== 0 || name === listensOn.toLowerCase());
}
