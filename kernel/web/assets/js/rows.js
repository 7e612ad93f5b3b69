// A whole row opens its record; a right-click (or the menu key) opens the row's menu.
//   <tr data-href="…" data-id="…">   <template data-row-menu> with {id} places in its addresses
import htmx from 'htmx.org';
import { find, findAll, make, on, within } from './dom.js';
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

on('contextmenu', 'tr[data-id]', (row, event) => {
  const template = find('template[data-row-menu]', row.closest('form,section,.card,main') ?? document);
  if (!template || within(event, 'input,textarea') || event.shiftKey) return;
  event.preventDefault();
  const menu = rowMenu(row, template);
  menu.showPopover();
  const byKey = event.clientX === 0 && event.clientY === 0;
  place(menu, byKey ? find('a,button', row) ?? row : { x: event.clientX, y: event.clientY });
  find('a,button', menu)?.focus();
});

// Back from a record (#row-17), the keys go on from its row.
addEventListener('pageshow', () => find('tr[data-id]:target .c-name a')?.focus());
