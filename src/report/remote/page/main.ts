// The page of --report, in the browser. Text from outside goes into text nodes alone: the page's policy
// (require-trusted-types-for) forbids HTML made of it.
import {
  type Bin,
  type Column,
  type Filter,
  filterRows,
  groupReasons,
  growth,
  histogram,
  isTimed,
  type PageData,
  type Row,
  readRows,
  sortRows,
  spanText,
} from './model.ts';

const rowsOnPage = 50;

function element<E extends HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`there is no ${id}`);
  return found as E;
}

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function makeSvg(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

const data: PageData = JSON.parse(element('data').textContent ?? '');
const rows = readRows(data);
const deployed = data.outcomes.indexOf('deployed');
const anyFilter: Filter = { text: '', outcome: undefined, reason: undefined, took: undefined };

let filter = anyFilter;
let column: Column = 'outcome';
let isDescending = false;
let sorted = sortRows(rows, column, isDescending);
let shown: readonly Row[] = [];
let page = 0;

const search = element<HTMLInputElement>('search');
const body = element('rows');
const clear = element<HTMLButtonElement>('clear');

/** Buttons that narrow the list down, and whether each is on. */
const switches: { readonly button: HTMLButtonElement; readonly isOn: () => boolean }[] = [];

function addSwitch(button: HTMLButtonElement, part: Partial<Filter>): HTMLButtonElement {
  const isOn = (): boolean =>
    Object.entries(part).every(([name, value]) => filter[name as keyof Filter] === value);
  button.type = 'button';
  button.addEventListener('click', () => {
    const off = Object.fromEntries(Object.keys(part).map((name) => [name, undefined]));
    narrow(isOn() ? off : { outcome: undefined, reason: undefined, took: undefined, ...part });
  });
  switches.push({ button, isOn });
  return button;
}

function narrow(part: Partial<Filter>): void {
  filter = { ...filter, ...part };
  page = 0;
  show();
}

function show(): void {
  shown = filterRows(sorted, filter);
  const pages = Math.max(1, Math.ceil(shown.length / rowsOnPage));
  page = Math.min(page, pages - 1);
  const from = page * rowsOnPage;
  body.replaceChildren(...shown.slice(from, from + rowsOnPage).map(rowElement));
  element('count').textContent =
    shown.length === rows.length ? `${rows.length} servers` : `${shown.length} of ${rows.length} servers`;
  element('where').textContent = `page ${page + 1} of ${pages}`;
  for (const [id, isOff] of [
    ['first', page === 0],
    ['previous', page === 0],
    ['next', page === pages - 1],
    ['last', page === pages - 1],
  ] as const)
    element<HTMLButtonElement>(id).disabled = isOff;
  element('pager').hidden = pages === 1;
  element('nothing').hidden = shown.length > 0;
  clear.hidden = Object.values(filter).every((value) => value === undefined || value === '');
  for (const { button, isOn } of switches) button.setAttribute('aria-pressed', String(isOn()));
}

function rowElement(row: Row): HTMLTableRowElement {
  const made = make('tr', toneOf(row.outcome));
  const name = make('th', 'name');
  name.scope = 'row';
  name.append(make('bdi', '', row.name));
  name.title = row.id;
  const ended = make('td', 'number', endedText(row));
  if (row.endedMs !== null) ended.title = new Date(data.startedMs + row.endedMs).toISOString();
  made.append(
    make('td', 'outcome', data.labels[row.outcome]),
    name,
    make('td', '', row.region),
    make('td', 'addresses', row.addresses),
    ended,
    make('td', 'number', row.tookMs === null ? '' : spanText(row.tookMs)),
    laneOf(row),
    make('td', 'reason', row.reason),
  );
  return made;
}

function endedText(row: Row): string {
  if (row.endedMs === null) return '';
  return isTimed(row) ? timeText(row.endedMs) : 'before';
}

const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** A moment of the wait by the reader's own clock. */
function timeText(ms: number): string {
  return timeFormat.format(data.startedMs + ms);
}

/** The part of the wait in which the server was deploying. */
function laneOf(row: Row): HTMLTableCellElement {
  const cell = make('td', 'lane');
  if (row.tookMs === null) return cell;
  const toMs = row.endedMs ?? data.waitedMs;
  const percent = (ms: number): number => (100 * Math.max(0, ms)) / Math.max(1, data.waitedMs);
  const bar = make('div', 'bar');
  bar.style.marginLeft = `${percent(toMs - row.tookMs)}%`;
  bar.style.width = `${percent(toMs) - percent(toMs - row.tookMs)}%`;
  cell.append(bar);
  return cell;
}

function toneOf(outcome: number): string {
  const word = data.outcomes[outcome] ?? '';
  if (word === 'deployed') return 'good';
  return ['failed', 'gone', 'exec-failed'].includes(word) ? 'bad' : 'caution';
}

function addOutcomes(): void {
  for (const [outcome, label] of data.labels.entries()) {
    const count = rows.filter((row) => row.outcome === outcome).length;
    if (count === 0) continue;
    const button = make('button', `chip ${toneOf(outcome)}`, `${count} ${label}`);
    element('outcomes').append(addSwitch(button, { outcome, reason: undefined, took: undefined }));
  }
}

const namesShown = 12;

function addReasons(): void {
  const groups = groupReasons(rows, deployed);
  element('troubles').hidden = groups.length === 0;
  for (const { outcome, reason, names } of groups) {
    const item = make('li', toneOf(outcome));
    const why = reason === '' ? '' : `: ${reason}`;
    const button = make('button', 'why', `${names.length} ${data.labels[outcome]}${why}`);
    const rest = names.length - namesShown;
    const list = names.slice(0, namesShown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
    item.append(addSwitch(button, { outcome, reason, took: undefined }), make('p', 'names', list));
    element('reasons').append(item);
  }
}

function addHistogram(): void {
  const ready = rows.filter(isTimed).filter(({ outcome }) => outcome === deployed);
  const bins = histogram(
    ready.map(({ tookMs }) => tookMs),
    24,
  );
  element('charts').hidden = bins.length === 0;
  const most = bins.reduce((sum, { count }) => Math.max(sum, count), 1);
  for (const bin of bins) element('bars').append(barOf(bin, most));
  const [first, last] = [bins[0], bins.at(-1)];
  if (first === undefined || last === undefined) return;
  element('least').textContent = spanText(first.fromMs);
  element('most').textContent = spanText(last.toMs);
  element('tallest').textContent =
    `each bar: ${spanText(first.toMs - first.fromMs)}; the tallest: ${most} servers`;
  addGrowth(ready.map(({ endedMs }) => endedMs));
}

function barOf(bin: Bin, most: number): HTMLButtonElement {
  const text = `${bin.count} took ${spanText(bin.fromMs)} to ${spanText(bin.toMs)}`;
  const button = make('button', 'column');
  button.title = text;
  button.setAttribute('aria-label', text);
  button.disabled = bin.count === 0;
  const fill = make('span', 'fill');
  fill.style.height = bin.count === 0 ? '0' : `max(3px, ${(100 * bin.count) / most}%)`;
  button.append(fill);
  return addSwitch(button, { took: bin, outcome: deployed, reason: undefined });
}

function addGrowth(times: readonly number[]): void {
  const [width, height] = [600, 160];
  const steps = growth(times, 600);
  const total = times.length;
  const x = (ms: number): string => ((ms / Math.max(1, data.waitedMs)) * width).toFixed(1);
  const y = (count: number): string => (height - (count / total) * height).toFixed(1);
  const line = steps.map(([ms, count]) => `H${x(ms)}V${y(count)}`).join('');
  const graph = element('growth');
  const picture = makeSvg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': `${total} servers became ready between ${timeText(steps[0]?.[0] ?? 0)} and ${timeText(steps.at(-1)?.[0] ?? 0)}`,
  });
  picture.append(
    makeSvg('path', { class: 'area', d: `M0 ${height}${line}H${width}V${height}Z` }),
    makeSvg('path', { class: 'line', d: `M0 ${height}${line}H${width}` }),
  );
  graph.append(picture);
  element('begun').textContent = timeText(0);
  element('over').textContent = timeText(data.waitedMs);
  element('total').textContent = `${total} became ready while rc-wait looked`;
}

function sortBy(next: Column): void {
  isDescending = next === column && !isDescending;
  column = next;
  sorted = sortRows(rows, column, isDescending);
  page = 0;
  for (const head of document.querySelectorAll<HTMLElement>('th[data-column]')) {
    if (head.dataset.column !== column) head.removeAttribute('aria-sort');
    else head.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
  }
  show();
}

function turnTo(next: number): void {
  page = next;
  show();
  element('list').scrollIntoView({ block: 'start' });
}

function listen(): void {
  search.addEventListener('input', () => narrow({ text: search.value }));
  clear.addEventListener('click', () => {
    search.value = '';
    narrow(anyFilter);
    search.focus();
  });
  for (const head of document.querySelectorAll<HTMLElement>('th[data-column]'))
    head.querySelector('button')?.addEventListener('click', () => sortBy(head.dataset.column as Column));
  const lastPage = (): number => Math.max(0, Math.ceil(shown.length / rowsOnPage) - 1);
  element('first').addEventListener('click', () => turnTo(0));
  element('previous').addEventListener('click', () => turnTo(Math.max(0, page - 1)));
  element('next').addEventListener('click', () => turnTo(Math.min(lastPage(), page + 1)));
  element('last').addEventListener('click', () => turnTo(lastPage()));
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === '/' && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === 'Escape' && !clear.hidden) clear.click();
  });
}

addOutcomes();
addReasons();
addHistogram();
listen();
show();
element('dynamic').hidden = false;
