// Shortcuts of every page. `event.code`, never `event.key`: on a Persian layout KeyK types «ن».
// Besides those of the table: Ctrl K, ? for the sheet, F9 to record an interaction, also while typing elsewhere;
// G then a letter: an entry of the menu with data-key="KeyP"; G then a digit: the open record of that place.
import { find, findAll, isTyping } from './dom.js';
import { openedAt } from './opened.js';
import { openPalette } from './palette.js';

const CHORD = 900;
let chord = 0;

function moveRow(step) {
  const rows = findAll('tr:is([data-id],.group) .c-name :is(a,button), tr[data-id] > td:first-child:not(.c-check) a')
    .filter((link) => link.offsetParent);
  // On the page of a record the keys step through the list from which it was opened.
  if (!rows.length) return find(`a[data-step="${step}"]`)?.click();
  const here = rows.findIndex((link) => link.closest('tr').contains(document.activeElement));
  rows[Math.max(0, Math.min(rows.length - 1, here + step))].focus();
}

// What each name in the table of shortcuts does. Which key does it stands there (`kernel/web/shortcuts.py`): the sheet of
// shortcuts carries the table.
const acts = {
  search: () => find('[data-search]')?.focus(),
  next: () => moveRow(1),
  previous: () => moveRow(-1),
  tick: () => find('input[data-row]', document.activeElement?.closest('tr') ?? document.createElement('p'))?.click(),
  new: () => find('[data-new]')?.click(),
  edit: () => find('a[data-edit]')?.click(),
  help: () => find('[popovertarget=page-help]')?.click(),
  chord: () => { chord = performance.now(); },
};
const actions = Object.fromEntries(
  findAll('#keys [data-act]').map(({ dataset }) => [dataset.code, acts[dataset.act]]),
);

document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.code === 'KeyK') {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.code === 'F9' && !event.shiftKey && find('#recording') && !find('dialog[open]')) {
    event.preventDefault();
    find('#recording').click();
    return;
  }
  if (isTyping(event.target)) {
    if (event.key === 'Escape' && event.target.matches('[data-search]')) event.target.blur();
    return;
  }
  if (find('dialog[open]')) return;
  if (event.code === 'Slash' && event.shiftKey) {
    event.preventDefault();
    find('#keys')?.showModal();
    return;
  }
  if (chord && performance.now() - chord < CHORD) {
    chord = 0;
    const number = /^Digit([1-9])$/.exec(event.code)?.[1];
    const address = number ? openedAt(Number(number)) : find(`[data-key="${event.code}"]`)?.href;
    if (address) location.href = address;
    return;
  }
  const action = actions[event.code];
  if (!action || event.shiftKey) return;
  event.preventDefault();
  action();
});

// Tabs and toolbars: arrows follow the eye, so Left is "next" where the page runs right to left.
document.addEventListener('keydown', (event) => {
  const bar = event.target.closest?.('[role=tablist],[role=toolbar]');
  if (!bar || !['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
  const items = findAll('a[href],button:not(:disabled)', bar).filter((item) => item.offsetParent);
  const here = items.indexOf(event.target);
  if (here < 0) return;
  event.preventDefault();
  const forward = (event.key === 'ArrowLeft') === (getComputedStyle(bar).direction === 'rtl');
  items.at((here + (forward ? 1 : -1)) % items.length).focus();
});
