import type { ReadText } from './units.ts';

/** What pppd does with the default route once its link is up. */
type PeerRoute = 'replaces' | 'adds' | 'leaves';

/** What pppd reads before the file of its peer (pppd(8)). */
const pppOptions = '/etc/ppp/options';

/** What the pppd of a command line does with the default route; undefined if no file of a peer tells. */
export async function routeByPppd(command: string, read: ReadText): Promise<PeerRoute | undefined> {
  const peer = peerPath(command);
  const text = peer === undefined ? undefined : await read(peer);
  if (text === undefined) return undefined;
  const others = await Promise.all([pppOptions, ...peerIncludes(text)].map(read));
  return peerRoute([...others.map((one) => one ?? ''), text, command]);
}

/** The file of the peer that a command calls: `pon dsl`, `pppd call dsl`; undefined: it calls none by name. */
function peerPath(command: string): string | undefined {
  const words = command.split(/\s+/);
  const at = words.findIndex((word) => /(^|\/)(pon|pppd)$/.test(word));
  const isPon = /(^|\/)pon$/.test(words[at] ?? '');
  const called = words[words.indexOf('call', at) + 1];
  // pon(1) calls "provider" if it is given no name.
  const name = isPon ? (words[at + 1] ?? 'provider') : words.indexOf('call', at) < 0 ? undefined : called;
  return at < 0 || name === undefined || !/^[\w.-]+$/.test(name) ? undefined : `/etc/ppp/peers/${name}`;
}

/**
 * The options of pppd(8) about the default route, the last one of a kind counts: `replacedefaultroute` is a flag to
 * `defaultroute`, without which a route that is there stays.
 * @param texts the options files in the order in which pppd reads them, and the words of its command line
 */
function peerRoute(texts: readonly string[]): PeerRoute {
  const words = texts
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => line.replace(/(^|\s)#.*/, '').split(/\s+/));
  const last = (option: string) => words.findLast((word) => word === option || word === `no${option}`);
  if (last('defaultroute') !== 'defaultroute') return 'leaves';
  return last('replacedefaultroute') === 'replacedefaultroute' ? 'replaces' : 'adds';
}

/** The other options files that an options file reads: `call NAME` and `file NAME`. */
function peerIncludes(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, word, name = ''] = /^\s*(call|file)\s+"?([\w./-]+)/.exec(line) ?? [];
    if (word === undefined) return [];
    return [word === 'call' ? `/etc/ppp/peers/${name}` : name];
  });
}
