import type { RcWaitError } from '../../base/error.ts';
import type { Outcome } from '../exit.ts';
import type { Result } from '../result.ts';

/** How a wait ended, as the journal tells it: the outcomes, and the ends that have no result. */
export type EndKind = Outcome | 'network-lost' | 'misuse' | 'not-permitted' | 'broken-off' | 'bug';

/**
 * The MESSAGE_ID= of each kind of end (systemd.journal-fields(7)). An interface: people filter by them, and
 * packaging/rc-wait.catalog explains each. Never changed, only added to.
 */
export const messageIds: Readonly<Record<EndKind, string>> = {
  deployed: '58f87ad1f8454b3d9c262924615b3a5d',
  failed: 'c87e0dd1421544c988bcf8bd40f66d86',
  unprocessable: 'c47d890819b84e90a602bbc1f7a6cf02',
  timeout: '80762c592d484910872309dd8e180a4e',
  unavailable: '05896961c08a4ab8b4586337bbeeecd0',
  refused: '55148ed9d29b4304abaf288e7aa892ff',
  'network-failed': 'feb63ee8f5024cc69e83a29542a3f574',
  'network-lost': 'a8f073bb2e0a442db84428dcc4c86e4d',
  interrupted: '60184739e8224642a89cb9c14de6aec0',
  misuse: 'ba2017c6fe314f9895a5102db93f5a31',
  'not-permitted': '39f169fd2a0e4687ab1d625d8ff2acbb',
  'broken-off': 'da425ae2cfee460496e80ecfad5e6fe4',
  bug: 'b5bfb34d0f8b4d9881e28cb29f2cdb74',
};

/** The kind of an end that has a result. */
export function kindOfResult({ document: { outcome, error } }: Pick<Result, 'document'>): EndKind {
  return outcome === 'network-failed' && error?.code === 'NETWORK_LOST' ? 'network-lost' : outcome;
}

/** The kind of an end without a result; undefined: a mistake of rc-wait. */
export function kindOfError(error: RcWaitError | undefined): EndKind {
  switch (error?.code) {
    case undefined:
    case 'BUG':
      return 'bug';
    case 'USAGE':
    case 'CONFIGURATION':
      return 'misuse';
    case 'PERMISSION':
      return 'not-permitted';
    case 'NETWORK_LOST':
      return 'network-lost';
    default:
      return 'broken-off';
  }
}
