// Panels of a record fold; on a phone they are folded at first, so that the thumb finds what it looks for.
// A part with `data-remember` stands as this browser left it, but is never folded over the page that is open.
import { find, findAll, on } from './dom.js';

if (matchMedia('(max-width: 760px)').matches) {
  for (const panel of findAll('details[data-fold]')) panel.open = false;
}

const key = (part) => `fold:${part.dataset.remember}`;
for (const part of findAll('details[data-remember]')) part.open ||= localStorage.getItem(key(part)) === 'open';
// What a press leaves behind, as `open` still says how the part stood before it.
on('click', 'details[data-remember] > summary', ({ parentElement: part }) =>
  localStorage.setItem(key(part), part.open ? 'folded' : 'open'),
);
find('.side [aria-current]')?.scrollIntoView({ block: 'nearest' });
