import { systemClock } from '../base/clock.ts';
import type { LocalAddress } from '../http/types.ts';
import { openLedger } from '../pace/open-ledger.ts';
import { createPace, defaultRequestTimeoutMs } from '../pace/pace.ts';
import { createClient, type RackconnectClient } from '../rackconnect/client.ts';
import type { ApiUrl } from '../rackconnect/regions.ts';
import { createTransport } from '../rackconnect/transport.ts';

interface WayOptions {
  readonly localAddress: LocalAddress;
  /** the certificates to trust; undefined: the built-in ones */
  readonly caPem: string | undefined;
  /** of the ledger */
  readonly directory: string;
  readonly onNotice: (notice: string) => void;
}

/** Opens the ledger and the transport. Loads HTTP and SQLite, so load this file only for a question. */
export function openWay({ localAddress, caPem, directory, onNotice }: WayOptions) {
  const ledger = openLedger({
    directory,
    clock: systemClock,
    random: Math.random,
    requestTimeoutMs: defaultRequestTimeoutMs,
    onNotice,
    source: () => {
      const now = typeof localAddress === 'function' ? localAddress() : localAddress;
      return typeof now === 'string' ? now : '';
    },
  });
  const pace = createPace({ ledger, clock: systemClock });
  const transport = createTransport({ localAddress, caPem });
  return {
    pace,
    clientOf: (baseUrl: ApiUrl): RackconnectClient => createClient({ baseUrl, pace, transport }),
    async close(): Promise<void> {
      await transport.close();
      ledger.close();
    },
  };
}
