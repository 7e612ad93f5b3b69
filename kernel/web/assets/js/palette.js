// Global search and commands (Ctrl+K). <dialog id="palette" data-url="…">, options carry data-href,
// data-post for a form without fields, or data-do="theme" for what happens in the browser.
import { switchTheme } from './appearance.js';
import { find, make, on, within } from './dom.js';
import { current, load, mark, paused, step } from './listbox.js';
import { fittingHere } from './page_actions.js';

const box = () => find('#palette');
const input = () => find('input', box());
const list = () => find('[role=listbox]', box());

let answered = null;
let underWay = null;

// One search for one text: the one that follows the typing must not break off the one that Enter waits for.
function search() {
  const query = input().value;
  if (underWay?.query !== query) {
    const begun = { query };
    underWay = begun;
    begun.end = fill(query).finally(() => {
      if (underWay === begun) underWay = null;
    });
  }
  return underWay.end;
}

async function fill(query) {
  if (!(await load(list(), box().dataset.url, query))) return;
  answered = query;
  offerHere(query);
  mark(input(), list(), find('[role=option]', list()));
}
// What the page itself offers (the actions of its record, say), above what was found; below it where nothing is typed.
function offerHere(query) {
  const rows = fittingHere(query, box().dataset);
  if (!rows.length) return;
  const heading = make('div', { class: 'group-h', role: 'presentation' }, box().dataset.here);
  list()[query.trim() ? 'prepend' : 'append'](heading, ...rows);
}
const searchSoon = paused(search);

/** Opens the palette with an empty query. */
export function openPalette() {
  if (!box() || box().open) return;
  box().showModal();
  input().value = '';
  search();
}

const doings = {
  theme: switchTheme,
  keys: () => find('#keys')?.showModal(),
  record: () => find('#recording')?.click(),
};

// A form as the page would have it: with the token, sent to the address.
function send(address) {
  const token = JSON.parse(document.body.getAttribute('hx-headers:inherited'))['X-CSRFToken'];
  const form = make('form', { method: 'post', action: address, hidden: true },
    make('input', { name: 'csrf_token', value: token }));
  document.body.append(form);
  form.submit();
}

function run(option) {
  const { do: doing, href, post } = option.dataset;
  box().close();
  if (option.press) option.press();
  else if (doing) doings[doing]?.();
  else if (post) send(post);
  else if (href) location.href = href;
}

on('click', '[data-palette]', openPalette);
on('click', '[data-palette-close]', () => box().close());
on('input', '#palette input', searchSoon);
// A card reader ends with Enter long before the options of what it typed are there.
async function runCurrent() {
  if (input().value !== answered) await search();
  const option = current(list());
  if (option && input().value === answered) run(option);
}

on('keydown', '#palette input', (_, event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && step(input(), list(), by)) event.preventDefault();
  // A search field would empty itself first, and close only when asked again.
  if (event.key === 'Escape' && !event.isComposing) {
    event.preventDefault();
    box().close();
  }
  if (event.key === 'Enter' && !event.isComposing) {
    event.preventDefault();
    runCurrent();
  }
});
document.addEventListener('click', (event) => {
  const option = within(event, '#palette [role=option]');
  if (option) run(option);
});
