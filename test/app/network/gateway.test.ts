import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repairGateway, setGateway, unlessRolledBack } from '../../../src/app/network/gateway.ts';
import type { GatewayRequest } from '../../../src/app/network/request.ts';
import { RcWaitError } from '../../../src/base/error.ts';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { checkNetwork } from '../../../src/network/plan/check.ts';
import type { NetworkPlan } from '../../../src/network/types.ts';
import { netplan, netplanPath, rootWith } from '../../cli/harness.ts';

const request = (root: string): GatewayRequest => ({
  gateway: parseIpv4('10.208.0.1') ?? ('' as never),
  stack: 'auto',
  root,
  interfaceName: undefined,
  publicInterface: 'keep',
  targets: [],
});
const silent = { by: 'this-process', onNotice: () => undefined } as const;
const text = (root: string) => readFileSync(join(root, netplanPath), 'utf8');

describe('setting a gateway', () => {
  it('shows the plan before anything is changed', async () => {
    const root = rootWith();
    const shown: [NetworkPlan['stack'], string][] = [];
    const onPlan = ({ stack }: NetworkPlan): void => void shown.push([stack, text(root)]);
    expect(await setGateway(request(root), { ...silent, onPlan })).toMatchObject({
      action: 'changed',
      stack: 'netplan',
    });
    expect(shown).toEqual([['netplan', netplan]]);
    expect(text(root)).not.toBe(netplan);
  });

  it('that was rolled back is an error for a person who asked for it, with the reason', () => {
    const files = { stack: 'netplan', interface: 'eth1', files: [] } as const;
    const changed = { action: 'changed', ...files } as const;
    expect(unlessRolledBack(changed)).toBe(changed);
    expect(() => unlessRolledBack({ action: 'rolled-back', reason: 'no answer', ...files })).toThrow(
      expect.objectContaining({ code: 'NETWORK_RELOAD', message: 'no answer' }),
    );
  });

  it('again leaves the files alone where something else sets a default route, and says what', async () => {
    const root = rootWith();
    const obstacle = new RcWaitError('NETWORK_FILE', 'cannot set the gateway: /etc/rc.local sets another');
    const check = { ...(await checkNetwork(request(root))), obstacle };
    await expect(repairGateway(check, request(root), silent)).rejects.toBe(obstacle);
    expect(text(root)).toBe(netplan);
  });
});
