import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { request as secureRequest } from 'node:https';
import { afterEach, describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/simulator/scenario.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { instantClock, send, textAt } from './http.ts';

const open: Simulator[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

async function start(yaml: string, options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ scenario: parseScenario(yaml, 'test.yaml'), ...options });
  open.push(simulator);
  return simulator;
}

const statusPath = '/v1/automation_status';

describe('the simulator', () => {
  test('serves the default scenario, on loopback and any free port', async () => {
    const simulator = await startSimulator();
    open.push(simulator);
    expect(simulator.url).toBe(`http://127.0.0.1:${simulator.port}`);
    expect(await textAt(`${simulator.url}${statusPath}`)).toBe('DEPLOYING');
  });

  test('takes each source address for a server of its own, with its own timeline', async () => {
    const clock = instantClock();
    const { url } = await start(
      'servers: [{address: 127.0.0.2, outcome: FAILED, deployedAfter: 5s}, {deployedAfter: 10s}]',
      {
        clock,
      },
    );
    const ask = (localAddress: string) => textAt(`${url}${statusPath}`, { localAddress });
    expect([await ask('127.0.0.2'), await ask('127.0.0.3')]).toEqual(['DEPLOYING', 'DEPLOYING']);
    clock.time += 6_000;
    expect([await ask('127.0.0.2'), await ask('127.0.0.3'), await ask('127.0.0.4')]).toEqual([
      'FAILED',
      'DEPLOYING',
      'DEPLOYING',
    ]);
    clock.time += 5_000;
    expect([await ask('127.0.0.3'), await ask('127.0.0.4')]).toEqual(['DEPLOYED', 'DEPLOYING']);
  });

  test('enforces the quota of each server alone, also over one connection', async () => {
    const clock = instantClock();
    const simulator = await start('deployedAfter: never', { clock });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: number[] = [];
    for (let poll = 0; poll < 32; poll += 1) {
      const reply = await send(`${simulator.url}${statusPath}`, { agent, localAddress: '127.0.0.2' });
      statuses.push(reply.status);
    }
    expect(statuses).toEqual([...Array<number>(30).fill(200), 403, 403]);
    expect((await send(`${simulator.url}${statusPath}`, { localAddress: '127.0.0.3' })).status).toBe(200);
    expect(simulator.summary('127.0.0.2')).toEqual({
      requests: 32,
      refused: 2,
      maxIn60s: 32,
      byStatus: { 200: 30, 403: 2 },
    });
    clock.time += 60_000;
    expect((await send(`${simulator.url}${statusPath}`, { agent, localAddress: '127.0.0.2' })).status).toBe(
      200,
    );
    agent.destroy();
  });

  test('lets 30 of 64 requests at once through', async () => {
    const { url } = await start('');
    const replies = await Promise.all(Array.from({ length: 64 }, () => send(`${url}${statusPath}`)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(30);
    expect(replies.filter(({ status }) => status === 403)).toHaveLength(34);
  });

  test('logs what was asked, and when it was answered', async () => {
    const clock = instantClock();
    const simulator = await start('faults: [{kind: delay, min: 3s}]', { clock });
    await send(`${simulator.url}/v1/gateway_ip?format=JSON`);
    expect(simulator.log).toEqual([
      {
        atMs: 1_000,
        countedMs: 1_000,
        answeredMs: 4_000,
        source: '127.0.0.1',
        method: 'GET',
        path: '/v1/gateway_ip?format=JSON',
        operation: 'gateway_ip',
        format: 'json',
        status: 404,
        refused: false,
        fault: undefined,
      },
    ]);
  });

  test('answers a POST with a body, and lives', async () => {
    const { url } = await start('');
    expect((await send(`${url}${statusPath}`, { method: 'POST' }, 'x'.repeat(100_000))).status).toBe(405);
    expect((await send(`${url}${statusPath}`, { method: 'HEAD' })).status).toBe(405);
    expect(await textAt(`${url}${statusPath}`)).toBe('DEPLOYING');
  });

  test('flips a server at once, and says when on both clocks', async () => {
    const clock = instantClock();
    const simulator = await start('deployedAfter: never', { clock });
    const ask = (path: string) => send(`${simulator.url}${path}`);
    expect((await ask('/v1/gateway_ip')).status).toBe(404);
    clock.time = 7_000;
    const moment = simulator.setServer('127.0.0.1', { outcome: 'DEPLOYED', now: true });
    expect(moment.monotonicMs).toBe(7_000);
    expect(Math.abs(moment.wallMs - Date.now())).toBeLessThan(60_000);
    expect((await ask(statusPath)).body.toString()).toBe('DEPLOYED');
    expect((await ask('/v1/gateway_ip')).body.toString()).toContain('10.208.0.1');
    simulator.setServer('127.0.0.1', { deployedAfter: 'never', gateway: 'none' });
    expect((await ask(statusPath)).body.toString()).toBe('DEPLOYING');
    expect((await ask('/v1/gateway_ip')).status).toBe(404);
  });

  test('keeps a gateway back that the same patch assigns later', async () => {
    const simulator = await start('');
    simulator.setServer('127.0.0.1', { now: true, gateway: { address: '10.0.0.1', assignedAfter: 'never' } });
    expect((await send(`${simulator.url}/v1/gateway_ip`)).status).toBe(404);
    expect(await textAt(`${simulator.url}${statusPath}`)).toBe('DEPLOYED');
  });

  test('starts new faults from their first request', async () => {
    const simulator = await start('faults: [{kind: status, status: 500, first: 1}]');
    const ask = async () => (await send(`${simulator.url}${statusPath}`)).status;
    expect([await ask(), await ask()]).toEqual([500, 200]);
    simulator.setServer('127.0.0.1', { faults: [{ kind: 'status', status: 502, first: 1 }] });
    expect([await ask(), await ask()]).toEqual([502, 200]);
  });

  test('refuses to change what is no address', async () => {
    const simulator = await start('');
    expect(() => simulator.setServer('here', {})).toThrow('cannot change server here: not an IP address');
  });

  test('says why it cannot listen', async () => {
    const { port } = await start('');
    await expect(startSimulator({ port })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: `cannot listen on 127.0.0.1 port ${port}: the address is in use`,
    });
  });

  test('listens on IPv6 too, and knows an IPv4 client by its IPv4 address', async () => {
    const simulator = await start('servers: [{address: 127.0.0.1, outcome: BOTH, deployedAfter: 0s}]', {
      host: '::',
    });
    expect(simulator.url).toBe(`http://[::]:${simulator.port}`);
    expect(await textAt(`http://127.0.0.1:${simulator.port}${statusPath}`)).toBe('BOTH');
    expect(simulator.log[0]?.source).toBe('127.0.0.1');
  });

  test('serves https with a certificate that is given', async () => {
    const pem = (name: string) => readFileSync(new URL(`fixtures/${name}.pem`, import.meta.url));
    const simulator = await start('faults: [{kind: reset, skip: 1}]', {
      tls: { cert: pem('cert'), key: pem('key') },
    });
    expect(simulator.url).toBe(`https://127.0.0.1:${simulator.port}`);
    const ask = () =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = secureRequest(
          `${simulator.url}${statusPath}`,
          { ca: pem('cert'), agent: false },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        );
        sent.on('error', reject);
        sent.end();
      });
    expect(await ask()).toBe(200);
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('answers 500 with the reason when the simulator itself is wrong', async () => {
    const random = () => {
      throw new Error('no dice');
    };
    const { url } = await start('faults: [{kind: hang, probability: 0.5}]', { random });
    expect(await textAt(`${url}${statusPath}`)).toBe('the simulator failed: no dice\n');
  });
});
