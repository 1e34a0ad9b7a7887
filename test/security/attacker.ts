import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** Another user can be played by root alone. Others play one who may write where all may. */
export const isRoot = process.geteuid?.() === 0;

/** nobody */
const uid = 65_534;
const as = isRoot ? { uid, gid: uid } : {};

const made: string[] = [];
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

/** A folder that every user can enter, as /srv and /home are. */
export function openFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'rc-wait-attack-'));
  made.push(path);
  chmodSync(path, 0o755);
  return path;
}

/** Makes a folder, with all above it below `openFolder`, one that the attacker can write to. */
export function exposed(path: string): string {
  mkdirSync(path, { recursive: true });
  if (isRoot) chownSync(path, uid, uid);
  else chmodSync(path, 0o777);
  return path;
}

/** What the attacker does in a shell, once. */
export function attack(script: string, ...args: string[]): void {
  execFileSync('/bin/sh', ['-euc', script, 'sh', ...args], { ...as, cwd: '/' });
}

/** What he does again and again until the test ends. */
export function keepAttacking(script: string, ...args: string[]): ChildProcess {
  const loop = `while :; do ${script}\ndone`;
  const child = spawn('/bin/sh', ['-c', loop, 'sh', ...args], { ...as, cwd: '/', stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** A file of root's, or of whoever runs the tests. */
export function owned(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}
