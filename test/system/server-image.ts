import type { TestProject } from 'vitest/node';
import { build } from './images.ts';

/** Makes the one image that a project needs which boots a server and no bed. */
export default async function setup({ provide }: TestProject): Promise<void> {
  const server = await build('a server');
  provide('images', { server, bookworm: server, trixie: server, bullseye: server });
}
