import { lineAt, type PlainFile, type PreflightFinding } from '../finding.ts';
import { type Statement, sshdSetting } from './settings.ts';

const id = 'ssh-port';
const why = 'RackConnect logs in by SSH on port 22, at the address on ServiceNet';
const remedy = 'port 22 on all addresses, until the automation is DEPLOYED';

/** What a listening socket is bound to. */
interface Listen {
  /** undefined: all IPv4 addresses */
  readonly address: string | undefined;
  readonly port: string;
  readonly at: string;
}

/** The variables by which a distribution gives sshd options: in /etc/default/ssh and /etc/sysconfig/sshd. */
const optionVariable = /^\s*(?:SSHD_OPTS|SSHD_OPTIONS|OPTIONS)=(.*)$/;

/** What sshd listens on, and what of it has another source than sshd_config. */
export interface ListenSources {
  readonly statements: readonly Statement[];
  readonly main: string;
  /** /etc/default/ssh and /etc/sysconfig/sshd, where they are */
  readonly options: readonly PlainFile[];
  /** the socket unit of sshd and its drop-ins, if it is enabled */
  readonly sockets: readonly PlainFile[];
}

/** Whether sshd listens on port 22 of all addresses. */
export function checkListen({
  statements,
  main,
  options,
  sockets,
}: ListenSources): readonly PreflightFinding[] {
  const family = sshdSetting(statements, 'addressfamily').sure;
  if (family?.args[0]?.toLowerCase() === 'inet6')
    return [fail(family.at, 'sshd takes connections by IPv6 alone')];
  const listens = sockets.length > 0 ? socketListens(sockets) : configured(statements, main, options);
  const on22 = listens.filter(({ port }) => port === '22');
  if (on22.length === 0) return [fail(listens[0]?.at ?? main, 'sshd does not listen on port 22')];
  const everywhere = on22.find(({ address }) => address === undefined);
  if (everywhere !== undefined)
    return [{ id, level: 'PASS', line: everywhere.at, reason: `${why}: sshd is there` }];
  const serviceNet = on22.find(({ address = '' }) => isServiceNet(address));
  const line = (serviceNet ?? on22[0])?.at ?? main;
  if (serviceNet === undefined) return [fail(line, 'sshd does not listen on all addresses')];
  return [
    { id, level: 'WARN', line, reason: `${why}: sshd listens there, and not on all addresses`, remedy },
  ];
}

function fail(line: string, what: string): PreflightFinding {
  return { id, level: 'FAIL', line, reason: `${why}: ${what}`, remedy };
}

/** 10.176.0.0/12 and 10.208.0.0/12. */
function isServiceNet(address: string): boolean {
  const [, second = '0'] = /^10\.(\d{1,3})\./.exec(address) ?? [];
  return Number(second) >= 176 && Number(second) <= 223;
}

/** ListenAddress without a port has all ports of Port; a port on the command line takes their place (sshd(8)). */
function configured(
  statements: readonly Statement[],
  main: string,
  options: readonly PlainFile[],
): readonly Listen[] {
  const named = statements
    .filter(({ keyword }) => keyword === 'port')
    .map(({ args, at }) => ({ port: args[0] ?? '', at }));
  const byOption = options.flatMap(portOptions);
  const ports = byOption.length > 0 ? byOption : named;
  const all = ports.length > 0 ? ports : [{ port: '22', at: `${main}: no Port, so it is 22` }];
  const addresses = statements.filter(({ keyword }) => keyword === 'listenaddress');
  if (addresses.length === 0) return all.map((one) => ({ address: undefined, ...one }));
  return addresses.flatMap(({ args, at }) => {
    const { address, port } = splitAddress(args[0] ?? '');
    if (port !== undefined) return [{ address, port, at }];
    const isAll = address === undefined;
    return all.map((one) => ({ address, port: one.port, at: isAll || one.port !== '22' ? one.at : at }));
  });
}

/** `10.0.0.1`, `10.0.0.1:22`, `[::]:22`, `::`, `host:22`, and in sockets `22` alone. */
function splitAddress(text: string): {
  readonly address: string | undefined;
  readonly port: string | undefined;
} {
  const [, bracketed, bracketPort] = /^\[([^\]]*)\](?::(\d+))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return { address: meaning(bracketed), port: bracketPort };
  const [, host, port] = /^([^:]*):(\d+)$/.exec(text) ?? [];
  return host === undefined ? { address: meaning(text), port: undefined } : { address: meaning(host), port };
}

function meaning(address: string): string | undefined {
  return ['0.0.0.0', '*', ''].includes(address) ? undefined : address;
}

/** `-p 2222`, `-p2222`, `-o Port=2222` */
function portOptions({ path, text }: PlainFile): readonly { readonly port: string; readonly at: string }[] {
  return text.split('\n').flatMap((line, index) => {
    const [, value = ''] = optionVariable.exec(line) ?? [];
    const ports = value.matchAll(/(?:^|[\s"'])-(?:p\s*|o\s*["']?Port[=\s]\s*)(\d+)/gi);
    return [...ports].map(([, port = '']) => ({ port, at: lineAt(path, index, line) }));
  });
}

/**
 * What a socket unit and its drop-ins listen on; an empty ListenStream= takes back those before it
 * (systemd.socket(5)). A port alone, and [::], take IPv4 connections as well unless BindIPv6Only= says otherwise.
 */
function socketListens(files: readonly PlainFile[]): readonly Listen[] {
  let listens: Listen[] = [];
  for (const { path, text } of files) {
    for (const [index, line] of text.split('\n').entries()) {
      const [, given] = /^ListenStream *=(.*)$/.exec(line.trim()) ?? [];
      if (given === undefined) continue;
      const value = given.trim();
      const at = lineAt(path, index, line);
      if (value === '') listens = [];
      else if (/^\d+$/.test(value)) listens.push({ address: undefined, port: value, at });
      else {
        const { address, port } = splitAddress(value);
        if (port !== undefined) listens.push({ address: address === '::' ? undefined : address, port, at });
      }
    }
  }
  return listens;
}
