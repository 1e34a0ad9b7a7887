/**
 * The variables that the launcher passes to rc-wait, as patterns of sh(1). Others, such as NODE_OPTIONS,
 * NODE_TLS_REJECT_UNAUTHORIZED, OPENSSL_CONF or LD_PRELOAD, could make Node load code, trust anybody or write
 * files in a process that runs as root. It lists what is allowed, not what is blocked, because each version of
 * Node adds variables. scripts/bundle.ts writes it into the launcher: once Node has started, it is too late.
 */
export const allowedVariables: readonly string[] = [
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
  'INVOCATION_ID',
  // resolv.conf(5): the time limit of a look-up
  'RES_OPTIONS',
  // where xenstored's socket is (xs_daemon_path in libxenstore)
  'XENSTORED_PATH',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
];

/** Prefix for variables that the launcher hides from Node and rc-wait restores for a person's programs. */
export const heldBackPrefix = 'RCWAIT_HELD_';

/** Set by the launcher to the signals that were ignored when rc-wait was started, such as `HUP INT`. */
export const ignoredVariable = 'RCWAIT_IGNORED';

const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/**
 * PATH plus the folders of system tools, which a person's shell or a cloud-init script may lack. Empty and
 * relative entries are dropped: they depend on the working directory, which anybody may own.
 */
export function toolPath(env: NodeJS.ProcessEnv = process.env): string {
  const own = (env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...own, ...systemFolders].join(':');
}

/**
 * The environment of the system's tools (ip, netplan, systemctl, systemd-notify and so on). It lists what they
 * get, because rc-wait's own environment holds secrets, such as RC_WAIT_SIGNAL and RAX_API_KEY. The tools run
 * in English, because rc-wait parses their output.
 */
export function toolEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { HOME, TMPDIR, TZ, XENSTORED_PATH } = env;
  return { PATH: toolPath(env), LC_ALL: 'C', ...given({ HOME, TMPDIR, TZ, XENSTORED_PATH }) };
}

/** Names of variables with secrets: the credentials of `rc-wait remote`, and the URL that signals a stack. */
const secret = /^(?:RAX|OS|RC_WAIT)_.*(?:PASSWORD|PASSWD|PASSCODE|TOKEN|SECRET|API_?KEY)|^RC_WAIT_SIGNAL/;

/**
 * The environment of a program that rc-wait runs for a person (`--exec`): the person's own, including what
 * the launcher hid from Node, without the secrets that are meant for rc-wait alone.
 */
export function personsEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const named = Object.entries(env).flatMap(([name, value]) => {
    if (name === ignoredVariable) return [];
    const own = name.startsWith(heldBackPrefix) ? name.slice(heldBackPrefix.length) : name;
    return secret.test(own) ? [] : [[own, value] as const];
  });
  return Object.fromEntries(named);
}

/** In characters. The kernel allows 128 KiB for one variable (MAX_ARG_STRLEN) and a few MiB for all of them. */
const longestValue = 4_096;

/** Makes a value fit for the environment: cuts it, and replaces NUL, which no variable can hold. */
export function valueForEnvironment(value: string): string {
  const text = value.replaceAll('\0', ' ');
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1).toWellFormed()}…`;
}

function given(variables: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
}
