import { lineAt, type PlainFile } from '../finding.ts';

/** firewalld's own files, if it is enabled. */
export interface FirewalldSeen {
  /** the file of the default zone; undefined: there is none, and the zone takes what its program has built in */
  readonly zone: PlainFile | undefined;
  /** files that only an owner makes: other zones with sources, direct.xml, policies */
  readonly others: readonly string[];
}

/** What firewalld does with RackConnect's login. */
export type FirewalldFate =
  | { readonly kind: 'accepted' | 'edited'; readonly at: string }
  | { readonly kind: 'dropped'; readonly at: string };

/** Services that the zones of distributions and their installers let in. */
const delivered = ['ssh', 'dhcpv6-client', 'cockpit', 'mdns', 'samba-client', 'rdma'];

/** The default zone of firewalld.conf(5). */
export function defaultZone(conf: string): string {
  const line = conf.split('\n').find((one) => /^\s*DefaultZone\s*=/.test(one));
  return line?.slice(line.indexOf('=') + 1).trim() || 'public';
}

/** Judges the default zone: on a server with one, RackConnect comes in by it (firewalld.zone(5)). */
export function firewalldFate({ zone, others }: FirewalldSeen): FirewalldFate {
  const [other] = others;
  if (zone === undefined)
    return other === undefined
      ? { kind: 'accepted', at: '/etc/firewalld: nothing of the owner' }
      : { kind: 'edited', at: `${other}: a file of the owner` };
  const { path, text } = zone;
  const body = text.replace(/<!--.*?-->/gs, '');
  const services = [...body.matchAll(/<service\s+name\s*=\s*["']([^"']+)["']/g)].map(([, name = '']) => name);
  const ports = [...body.matchAll(/<port\s[^>]*?port\s*=\s*["']([\d-]+)["']/g)].map(([, port = '']) => port);
  const isOpen =
    /<zone\s[^>]*target\s*=\s*["']ACCEPT["']/.test(body) || services.includes('ssh') || ports.includes('22');
  const head = text.split('\n').findIndex((line) => line.includes('<zone'));
  const at = lineAt(path, Math.max(head, 0), text.split('\n')[Math.max(head, 0)] ?? '');
  if (!isOpen) return { kind: 'dropped', at };
  const foreign = text.split('\n').findIndex(isForeign);
  if (foreign !== -1) return { kind: 'edited', at: lineAt(path, foreign, text.split('\n')[foreign] ?? '') };
  return other === undefined
    ? { kind: 'accepted', at }
    : { kind: 'edited', at: `${other}: a file of the owner` };
}

function isForeign(line: string): boolean {
  const [, element = '', name] =
    /<(service|port|protocol|source|rule|masquerade|forward-port|icmp-block)\b(?:\s+name\s*=\s*["']([^"']+)["'])?/.exec(
      line,
    ) ?? [];
  return element !== '' && !(element === 'service' && name !== undefined && delivered.includes(name));
}
