/**
 * The variables that come through to rc-wait, as patterns of sh(1): whatever else is in the environment,
 * such as NODE_OPTIONS, NODE_TLS_REJECT_UNAUTHORIZED, OPENSSL_CONF or LD_PRELOAD, would make Node load
 * code, trust anybody or write files in a process that runs as root. A list of what is let in and not of
 * what is kept out, since the next version of Node brings new ones. scripts/bundle.ts writes it into the
 * launcher: it is too late when Node has begun.
 */
export const letIn: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'PWD',
  'TMPDIR',
  'TZ',
  'LANG',
  'LANGUAGE',
  'LC_*',
  'TERM',
  'COLUMNS',
  'LINES',
  'NO_COLOR',
  'XDG_*',
  // rc-wait's own flags, and the credentials of `rc-wait remote`
  'RC_WAIT_*',
  'RAX_*',
  'OS_*',
  // systemd.exec(5)
  'NOTIFY_SOCKET',
  'JOURNAL_STREAM',
  // resolv.conf(5): how long a look-up may take
  'RES_OPTIONS',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
];

/** In front of the name of a variable that the launcher has kept from Node, for the programs that a person has run. */
export const heldBackPrefix = 'RCWAIT_HELD_';

/** In it the launcher says which signals were ignored when rc-wait was started, such as `HUP INT`. */
export const ignoredVariable = 'RCWAIT_IGNORED';

const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/**
 * PATH with the folders of system tools: a person's shell or a cloud-init script may lack them. An empty
 * or relative part of it means the working directory, which may be anybody's: it does not count.
 */
export function toolPath(env: NodeJS.ProcessEnv = process.env): string {
  const own = (env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...own, ...systemFolders].join(':');
}

/**
 * The environment of the system's tools (ip, netplan, systemctl, systemd-notify and so on): a list of what
 * they get. rc-wait's own holds secrets, such as RC_WAIT_SIGNAL and RAX_API_KEY; and they speak English,
 * since what they say is read.
 */
export function toolEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { HOME, TMPDIR, TZ } = env;
  return { PATH: toolPath(env), LC_ALL: 'C', ...given({ HOME, TMPDIR, TZ }) };
}

/** What names a secret: the credentials of `rc-wait remote`, and who may signal a stack. */
const secret = /^(?:RAX|OS|RC_WAIT)_.*(?:PASSWORD|PASSWD|PASSCODE|TOKEN|SECRET|API_?KEY)|^RC_WAIT_SIGNAL/;

/**
 * The environment of a program that a person has run for him (`--exec`): his own, with what the launcher
 * has kept from Node, and without the secrets that were meant for rc-wait alone.
 */
export function personsEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const named = Object.entries(env).flatMap(([name, value]) => {
    if (name === ignoredVariable) return [];
    const own = name.startsWith(heldBackPrefix) ? name.slice(heldBackPrefix.length) : name;
    return secret.test(own) ? [] : [[own, value] as const];
  });
  return Object.fromEntries(named);
}

/** In characters. The kernel takes 128 KiB for one variable (MAX_ARG_STRLEN), and some MiB for all of them. */
const longestValue = 4_096;

/** A value that may be of any length for the environment: cut, and without NUL, which no variable can hold. */
export function valueForEnvironment(value: string): string {
  const text = value.replaceAll('\0', ' ');
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1).toWellFormed()}…`;
}

function given(variables: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
}
