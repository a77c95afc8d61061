/** `https://host:port` with 8006 where no port is named; a bare IPv6 address gets its brackets. */
export function originOf(host: string): string {
  const isBareV6 = !host.startsWith('[') && host.split(':').length > 2;
  const address = isBareV6 ? `[${host}]` : host;
  return `https://${/:\d+$/.test(address) && !address.endsWith(']') ? address : `${address}:8006`}`;
}

/** The same for every way to write one host and port: `PVE1`, `pve1.` and `pve1:8006` are one. */
export function apiOf(host: string): string {
  const origin = originOf(host.replace(/\.(?=$|:\d+$)/, ''));
  return URL.canParse(origin) ? new URL(origin).host : host.toLowerCase();
}
