// The search box of a list suggests filters while something is typed: «شهر: تهران». Down leads into them, Enter takes one,
// Escape closes them; without a choice the list goes on searching by the words.
//   <input data-facets="URL" aria-controls="list-facets">   <div id="list-facets" role="listbox" popover="manual">
import htmx from 'htmx.org';
import { find, on, within } from './dom.js';
import { current, load, mark, paused, step } from './listbox.js';
import { place } from './place.js';

const BOX = 'input[data-facets]';
const BACK = 'facets-go-on';
const list = () => find('#list-facets');

function hide(input) {
  if (list()?.matches(':popover-open')) list().hidePopover();
  input?.setAttribute('aria-expanded', 'false');
  input?.removeAttribute('aria-activedescendant');
}

const search = paused(async (input) => {
  if (!input.value.trim()) return hide(input);
  if (!(await load(list(), input.dataset.facets, input.value)) || document.activeElement !== input) return;
  if (!find('[role=option]', list())) return hide(input);
  if (!list().matches(':popover-open')) list().showPopover();
  input.setAttribute('aria-expanded', 'true');
  place(list(), input.closest('.facets'), { sameWidth: true });
});

function take(option) {
  hide(find(BOX));
  if (option.dataset.facetForm) {
    htmx.ajax('GET', option.dataset.facetForm, { target: '#dialog', source: list() });
    return;
  }
  sessionStorage.setItem(BACK, '1');
  location.href = option.dataset.facet;
}

on('input', BOX, (input) => search(input));
on('keydown', BOX, (input, event) => {
  const open = list().matches(':popover-open');
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) {
    event.preventDefault();
    if (open) step(input, list(), by);
    else search(input);
  } else if (event.key === 'Enter' && open) {
    const option = current(list());
    if (!option) return hide(input);
    event.preventDefault();
    take(option);
  } else if (event.key === 'Escape' && open) {
    event.preventDefault();
    event.stopImmediatePropagation();
    mark(input, list(), null);
    hide(input);
  }
});
on('focusout', BOX, (input, event) => {
  if (!list().contains(event.relatedTarget)) hide(input);
});
// Keeps the focus in the input while an option is pressed.
on('pointerdown', '#list-facets [role=option]', (_, event) => event.preventDefault());
document.addEventListener('click', (event) => {
  const option = within(event, '#list-facets [role=option]');
  if (option) take(option);
});

// After a choice one goes on typing.
if (sessionStorage.getItem(BACK)) {
  sessionStorage.removeItem(BACK);
  find(BOX)?.focus();
}
