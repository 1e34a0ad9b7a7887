// The search of the site, in the browser. Text goes into text nodes alone.
import { excerptOf, type Finder, type Found, finderOf } from '../search.ts';

declare global {
  var rcWaitIndex: string | undefined;
}

const most = 12;

function element<E extends HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`there is no ${id}`);
  return found as E;
}

const field = element<HTMLInputElement>('search');
const list = element<HTMLOListElement>('results');
const { index = '', root = '' } = field.dataset;
let finder: Promise<Finder> | undefined;
let chosen = -1;

/** The index, which is loaded once somebody searches. */
function loadFinder(): Promise<Finder> {
  finder ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = index;
    script.onload = () => resolve(finderOf(globalThis.rcWaitIndex ?? ''));
    script.onerror = () => reject(new Error(`cannot load ${index}`));
    document.head.append(script);
  });
  return finder;
}

function make(tag: string, className: string, ...content: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

function rowOf({ id, title, page, text }: Found, typed: string): HTMLElement {
  const link = document.createElement('a');
  link.href = new URL(id, new URL(root, location.href)).href;
  const pieces = excerptOf(text, typed).map((piece) =>
    piece.isHit ? make('mark', '', piece.text) : piece.text,
  );
  link.append(make('span', 'title', title), make('span', 'page', page === title ? '' : page));
  link.append(make('span', 'excerpt', ...pieces));
  return make('li', '', link);
}

function choose(number: number): void {
  const links = [...list.querySelectorAll('a')];
  chosen = Math.max(-1, Math.min(number, links.length - 1));
  for (const [at, link] of links.entries()) link.classList.toggle('chosen', at === chosen);
  links[chosen]?.scrollIntoView({ block: 'nearest' });
}

function close(): void {
  list.hidden = true;
  choose(-1);
}

async function find(): Promise<void> {
  const typed = field.value.trim();
  if (typed === '') return close();
  const found = (await loadFinder())(typed);
  // Something else was typed while the index was loaded.
  if (typed !== field.value.trim()) return;
  const rows = found.slice(0, most).map((one) => rowOf(one, typed));
  list.replaceChildren(...(rows.length > 0 ? rows : [make('li', 'none', 'Nothing was found.')]));
  list.hidden = false;
  choose(-1);
}

field.addEventListener('focus', () => void loadFinder());
field.addEventListener('input', () => void find());
field.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    choose(chosen + (event.key === 'ArrowDown' ? 1 : -1));
    event.preventDefault();
  } else if (event.key === 'Enter') {
    list.querySelectorAll('a')[Math.max(chosen, 0)]?.click();
  } else if (event.key === 'Escape') {
    field.value = '';
    close();
  }
});
list.addEventListener('click', close);
document.addEventListener('click', ({ target }) => {
  if (target instanceof Node && !list.contains(target) && target !== field) close();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || document.activeElement === field || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  field.focus();
});
if (field.parentElement !== null) field.parentElement.hidden = false;
// Where the contents are longer than the window, show the place of this page in them.
const contents = element('pages');
const current = contents.querySelector<HTMLElement>('[aria-current]');
contents.scrollTop = (current?.offsetTop ?? 0) - contents.clientHeight / 2;
