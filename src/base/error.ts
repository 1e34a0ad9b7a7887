/**
 * Every stable error code of rc-wait. Callers, scripts and tests match on the code, never on the message;
 * `report/exit.ts` maps each code to an exit status.
 */
export type ErrorCode =
  | 'USAGE' // a flag or an argument is wrong
  | 'CONFIGURATION' // a region, URL, interface or CA file cannot be used
  | 'PERMISSION' // root is needed
  | 'API_UNAVAILABLE' // no usable answer before the deadline
  | 'API_REFUSED' // 403 to every request
  | 'DEADLINE' // the deadline passed while the automation was still at work
  | 'INTERRUPTED' // SIGINT, SIGTERM or SIGHUP
  | 'STATE' // the state directory or the ledger cannot be used at all
  | 'GATEWAY_INVALID' // the API's gateway cannot be this server's
  | 'NETWORK_UNDECIDED' // rc-wait cannot tell whether RackConnect sets the network itself
  | 'STACK_UNKNOWN' // no stack known to rc-wait manages the interface
  | 'STACK_AMBIGUOUS' // more than one stack may manage the interface
  | 'NETWORK_FILE' // a network file cannot be read, parsed or written
  | 'NETWORK_RELOAD' // the stack's own tool failed; the old network is restored
  | 'NETWORK_LOST' // … and could not be restored
  | 'OUTPUT' // standard output cannot be written, so the answer is lost
  | 'SCENARIO' // the simulator's scenario cannot be used
  | 'BUG'; // a mistake in rc-wait

/**
 * The one error class. `message` reads "cannot VERB OBJECT: reason", in lower case and without a full stop;
 * `hint` says what to do, if anything helps.
 */
export class RcWaitError extends Error {
  override readonly name = 'RcWaitError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.code = code;
    this.hint = options.hint;
  }
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  ESTALE: 'its server does not know it any more (stale file handle)',
  EEXIST: 'it exists already',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  EIO: 'input/output error',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'timed out',
  EADDRNOTAVAIL: 'the address is not one of this server',
  EADDRINUSE: 'the address is in use',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the name server did not answer',
  EPIPE: 'the other side closed the connection',
};

/**
 * The reason of any thrown value in plain words: errno names become the words of errno(3), other errors keep
 * their message.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof RcWaitError) return error.message;
  if (error instanceof Error) {
    const { code } = error as NodeJS.ErrnoException;
    return (code !== undefined && systemReasons[code]) || error.message || error.name;
  }
  return String(error);
}

/** The `code` of a system error such as `ENOENT`, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
