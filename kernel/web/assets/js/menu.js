// Popover menus: placed beside their button, walked with the arrow keys, closed after a choice.
import { find, findAll, within } from './dom.js';
import { place } from './place.js';

const opener = (menu) => find(`[popovertarget="${menu.id}"]`);

// Some systems ask for the menu while the button is still down; letting it go would close the menu at once.
let held = false;
document.addEventListener('pointerdown', ({ button }) => { held = button === 2; }, true);
document.addEventListener('pointerup', () => { held = false; }, true);

/** Opens a menu that was asked for by a right click, when the button is up. */
export function onceLetGo(show) {
  if (held) document.addEventListener('pointerup', () => setTimeout(show), { once: true });
  else show();
}

document.addEventListener('toggle', (event) => {
  const menu = event.target;
  if (!menu.matches?.('.menu[popover]') || event.newState !== 'open') return;
  const button = opener(menu);
  if (button) place(menu, button);
}, true);

document.addEventListener('keydown', (event) => {
  const menu = within(event, '.menu') ?? openedBy(event.target);
  if (!menu || !['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return;
  if (event.target.matches('input:not([type=checkbox],[type=radio])')) return;
  const items = findAll('a[href],button:not(:disabled),input:not(:disabled)', menu);
  if (!items.length) return;
  event.preventDefault();
  const here = items.indexOf(document.activeElement);
  const next = { ArrowDown: here + 1, ArrowUp: here < 0 ? -1 : here - 1, Home: 0, End: -1 }[event.key];
  items.at(next % items.length).focus();
});

function openedBy(element) {
  const id = element.getAttribute?.('popovertarget');
  const menu = id && document.getElementById(id);
  return menu?.matches(':popover-open') ? menu : null;
}

// A column chooser keeps ticking; every other choice closes its menu, before anybody acts on it: then the focus is back
// at the menu's button, to which a dialog that the choice opens will return it.
document.addEventListener('click', (event) => {
  const item = within(event, '.menu a, .menu button');
  const menu = item?.closest('.menu[popover]');
  if (menu && !('stay' in menu.dataset)) menu.hidePopover();
}, true);

for (const type of ['scroll', 'resize']) {
  addEventListener(type, (event) => {
    const menu = find('.menu:popover-open');
    if (menu && opener(menu) && !(event.target instanceof Node && menu.contains(event.target))) place(menu, opener(menu));
  }, { capture: true, passive: true });
}
