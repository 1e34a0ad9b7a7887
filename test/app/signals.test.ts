import { afterEach, expect, it, vi } from 'vitest';
import { Interrupted } from '../../src/app/io.ts';
import { type Interrupts, interruptsOf } from '../../src/app/signals.ts';

type Listener = () => void;

/** The listeners that interruptsOf sets, without setting them. */
function listeners(env: NodeJS.ProcessEnv = {}): Interrupts & {
  readonly send: (name: string) => void;
  readonly exits: unknown[];
} {
  const set = new Map<string | symbol, Listener>();
  const exits: unknown[] = [];
  vi.spyOn(process, 'on').mockImplementation((name: string | symbol, listener: Listener) => {
    set.set(name, listener);
    return process;
  });
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    exits.push(code);
    return undefined as never;
  });
  const { signal, ignored, handTo } = interruptsOf(env);
  return { signal, ignored, handTo, send: (name) => set.get(name)?.(), exits };
}

afterEach(() => {
  vi.restoreAllMocks();
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends the work in order, with its name as the reason',
  (name) => {
    const { signal, send, exits } = listeners();
    expect(signal.aborted).toBe(false);
    send(name);
    expect(signal.reason).toBeInstanceOf(Interrupted);
    expect(signal.reason).toMatchObject({ by: name });
    expect(exits).toEqual([]);
  },
);

it('ends at once by a second Ctrl-C', () => {
  const { send, exits } = listeners();
  send('SIGINT');
  send('SIGINT');
  expect(exits).toEqual([130]);
});

it('leaves alone what was ignored when it was started, and says so to nobody else', () => {
  const env = { RCWAIT_IGNORED: ' HUP INT', HOME: '/root' };
  const { signal, send, exits } = listeners(env);
  for (const name of ['SIGHUP', 'SIGINT', 'SIGINT']) send(name);
  expect([signal.aborted, exits, env]).toEqual([false, [], { HOME: '/root' }]);
  send('SIGTERM');
  expect(signal.reason).toMatchObject({ by: 'SIGTERM' });
});

it('takes a second SIGTERM for the first: systemd sends SIGKILL when it means it', () => {
  const { signal, send, exits } = listeners();
  send('SIGINT');
  send('SIGTERM');
  expect(exits).toEqual([]);
  expect(signal.reason).toMatchObject({ by: 'SIGINT' });
});

it('hands every signal on to the program that runs in its place, and ends by none', () => {
  const received: string[] = [];
  const { signal, ignored, send, handTo, exits } = listeners({ RCWAIT_IGNORED: 'HUP' });
  handTo((name) => received.push(name));
  for (const name of ['SIGINT', 'SIGINT', 'SIGTERM', 'SIGHUP']) send(name);
  expect([received, ignored]).toEqual([['SIGINT', 'SIGINT', 'SIGTERM'], ['SIGHUP']]);
  expect([signal.aborted, exits]).toEqual([false, []]);
});
