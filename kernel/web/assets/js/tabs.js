// Tabs of a long form ([data-tabbed]): one panel is seen at a time. Arrows, Home and End walk along the tabs; a link into a
// hidden panel opens it.
import { findAll, isRtl, on } from './dom.js';

function choose(tab, focus = true) {
  const box = tab.closest('[data-tabbed]');
  for (const other of findAll('[role=tab]', box)) {
    const chosen = other === tab;
    other.setAttribute('aria-selected', chosen);
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute('aria-controls')).classList.toggle('current', chosen);
  }
  if (focus) tab.focus();
  tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

on('click', '[data-tabbed] [role=tab]', (tab) => choose(tab));

on('keydown', '[data-tabbed] [role=tab]', (tab, event) => {
  const tabs = findAll('[role=tab]', tab.parentElement);
  const ahead = isRtl() ? 'ArrowLeft' : 'ArrowRight';
  const back = isRtl() ? 'ArrowRight' : 'ArrowLeft';
  const at = tabs.indexOf(tab);
  const next = {
    [ahead]: tabs[(at + 1) % tabs.length],
    [back]: tabs.at(at - 1),
    Home: tabs[0],
    End: tabs.at(-1),
  }[event.key];
  if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  choose(next);
});

/** Opens the tab that holds an element. */
export function reveal(element) {
  const panel = element.closest('[data-tabbed] > [role=tabpanel]:not(.current)');
  if (panel) choose(document.getElementById(panel.getAttribute('aria-labelledby')), false);
}

// What a link of the page, the summary of what is wrong, or the address aims at.
on('click', 'a[href^="#"]', (link) => {
  const aim = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (aim) reveal(aim);
}, true);
const aimed = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (aimed) {
  reveal(aimed);
  aimed.scrollIntoView();
  findAll('.repeat-row:last-child :is(input:not([type=hidden]),select,textarea)', aimed)[0]?.focus({ preventScroll: true });
}
