// A whole row opens its record; a right-click, the menu key or its button opens the row's menu.
//   <tr data-href="…" data-id="…">   <template data-row-menu> with {id} places in its addresses
import htmx from 'htmx.org';
import { find, findAll, make, on, within } from './dom.js';
import { onceLetGo } from './menu.js';
import { place } from './place.js';

const INTERACTIVE = 'a,button,input,label,select,textarea,summary,[role=option]';

// A cell that a double click edits waits for the second one before it opens the record.
const SECOND_CLICK = 260;
let opening;

on('click', 'tr[data-href]', (row, event) => {
  clearTimeout(opening);
  if (within(event, INTERACTIVE) || within(event, '.c-check') || getSelection().toString()) return;
  const { href } = row.dataset;
  if (event.ctrlKey || event.metaKey) open(href);
  else if (!within(event, '[data-field]')) location.href = href;
  else if (event.detail === 1) opening = setTimeout(() => { location.href = href; }, SECOND_CLICK);
});
on('auxclick', 'tr[data-href]', (row, event) => {
  if (event.button === 1 && !within(event, INTERACTIVE)) open(row.dataset.href);
});

function rowMenu(row, template) {
  find('#row-menu')?.remove();
  const menu = make('div', { id: 'row-menu', class: 'menu', popover: 'auto' }, template.content.cloneNode(true));
  for (const element of findAll('*', menu)) {
    for (const { name, value } of [...element.attributes]) {
      const filled = value.replaceAll('{id}', row.dataset.id).replaceAll('%7Bid%7D', row.dataset.id);
      if (filled !== value) element.setAttribute(name, filled);
    }
  }
  // Inside the list, so that inherited htmx attributes and the token reach it.
  template.parentElement.append(menu);
  htmx.process(menu);
  return menu;
}

function menuOf(row, event) {
  if (within(event, 'input:not([type=checkbox]),textarea')) return null;
  return find('template[data-row-menu]', row.closest('form,section,.card,main') ?? document);
}

function openRowMenu(row, event, anchor) {
  const template = menuOf(row, event);
  if (!template) return;
  event.preventDefault();
  const back = document.activeElement;
  const menu = rowMenu(row, template);
  menu.showPopover();
  place(menu, anchor);
  find('a,button', menu)?.focus();
  menu.addEventListener('htmx:after:swap', () => place(menu, anchor));
  menu.addEventListener('toggle', ({ newState }) => {
    if (newState === 'closed' && row.contains(back)) back.focus();
  });
}

on('contextmenu', 'tr[data-id]', (row, event) => {
  if (event.shiftKey || !menuOf(row, event)) return;
  event.preventDefault();
  const byKey = event.clientX === 0 && event.clientY === 0;
  const anchor = byKey ? find('a,button', row) ?? row : { x: event.clientX, y: event.clientY };
  onceLetGo(() => openRowMenu(row, event, anchor));
});
on('click', '[data-row-more]', (button, event) => openRowMenu(button.closest('tr'), event, button));
// The keys that mean the same; not every browser makes a contextmenu of them.
on('keydown', 'tr[data-id]', (row, event) => {
  if (event.key !== 'ContextMenu' && !(event.key === 'F10' && event.shiftKey)) return;
  openRowMenu(row, event, find('a,button', row) ?? row);
});

// Of many tabs in one line on a phone, the chosen one is in sight.
find('.second .tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });

// Back from a record (#row-17), the keys go on from its row.
addEventListener('pageshow', () => find('tr[data-id]:target .c-name a')?.focus());
