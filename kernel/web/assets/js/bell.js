// The bell: a link to the page of notices, which opens a panel with the latest in its place.
import { find, findAll, on } from './dom.js';
import { place } from './place.js';

const panel = () => find('#bell-panel');
const bell = () => find('[data-bell]');

async function open() {
  const answer = await fetch(bell().dataset.bell, { headers: { 'HX-Request': 'true' }, credentials: 'same-origin' });
  // Signed out, or the server is away: the page itself says so.
  if (!answer.ok || answer.redirected) return location.assign(bell().href);
  panel().innerHTML = await answer.text();
  for (const field of findAll('[data-here]', panel())) field.value = location.pathname + location.search;
  panel().showPopover();
  place(panel(), bell());
  find('button, a', panel())?.focus();
}

on('click', '[data-bell]', (link, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (panel().matches(':popover-open')) panel().hidePopover();
  else open().catch(() => location.assign(link.href));
});

document.addEventListener('toggle', (event) => {
  if (event.target === panel()) bell().setAttribute('aria-expanded', String(event.newState === 'open'));
}, true);
