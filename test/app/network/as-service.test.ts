import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type StartService, setGatewayByService } from '../../../src/app/network/as-service.ts';
import type { GatewayRequest } from '../../../src/app/network/request.ts';
import { parseServiceRequest } from '../../../src/app/network/service-request.ts';
import { parseIpv4 } from '../../../src/base/ipv4.ts';

const request: GatewayRequest = {
  gateway: parseIpv4('10.208.0.1') ?? ('' as never),
  stack: 'auto',
  root: '/',
  interfaceName: undefined,
  publicInterface: 'keep',
  targets: [],
};
const network = { action: 'changed', stack: 'netplan', interface: 'eth1', files: [] };

/** A service that says `stdout` and ends so. */
function service(stdout: string, exit: number | undefined = 0, how = `exit status ${exit}`) {
  const started: { description: string; command: readonly string[] }[] = [];
  const start: StartService = async (description, command) => {
    started.push({ description, command });
    return { exit, stdout, how };
  };
  return { started, start };
}

describe('a change of the network that another process makes', () => {
  it('is told whole, and its result is the one of that process', async () => {
    const { started, start } = service(JSON.stringify({ network }));
    const api = { 'api-url': 'http://127.0.0.1:1/', 'state-dir': '/run/rc-wait' };
    expect(await setGatewayByService(request, api, start)).toEqual(network);
    const [one] = started;
    expect(one?.description).toBe('Set the gateway 10.208.0.1');
    expect(one?.command.slice(2, 5)).toEqual(['network', 'carry-out', '--request']);
    expect(parseServiceRequest(one?.command[5] ?? '')).toMatchObject({
      gateway: '10.208.0.1',
      stack: 'auto',
      api,
    });
  });

  it('fails as it failed there, with the way out', async () => {
    const error = { code: 'STACK_AMBIGUOUS', message: 'cannot tell', hint: 'name it' };
    const { start } = service(JSON.stringify({ error }), 73);
    await expect(setGatewayByService(request, null, start)).rejects.toMatchObject(error);
    const { hint: _without, ...bare } = error;
    await expect(
      setGatewayByService(request, null, service(JSON.stringify({ error: bare }), 73).start),
    ).rejects.toMatchObject({ ...bare, hint: undefined });
  });

  it('is a mistake where the failure has a name that nobody knows', async () => {
    const { start } = service(JSON.stringify({ error: { code: 'NEWS', message: 'unheard of' } }), 73);
    await expect(setGatewayByService(request, null, start)).rejects.toMatchObject({ code: 'BUG' });
  });

  // A journal of an unfinished change would be that of this very machine.
  it.runIf(!existsSync('/var/lib/rc-wait/network'))(
    'is refused, and nothing lost, where systemd has none',
    async () => {
      const { start } = service('', undefined, 'cannot be started: no such file or directory');
      await expect(setGatewayByService(request, null, start)).rejects.toMatchObject({
        code: 'NETWORK_FILE',
        message:
          'cannot have systemd change the network: systemd-run: cannot be started: no such file or directory',
        hint: expect.stringContaining('--privileges own'),
      });
    },
  );
});
