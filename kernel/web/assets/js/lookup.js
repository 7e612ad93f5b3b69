// Choosing one record by typing.
//   <div class="lookup" data-lookup="URL"> hidden input, combobox input, clear button, listbox popover </div>
// Options: <div role="option" data-value="12" data-label="…">; an option with data-create="URL" opens that form
// in the dialog, and the answer's `HX-Trigger: {"lookup:pick": {"value": 12, "label": "…"}}` chooses the new one.
import htmx from 'htmx.org';
import { closeDialog } from './dialog.js';
import { find, on, within } from './dom.js';
import { current, load, mark, paused, step } from './listbox.js';
import { place } from './place.js';

const COMBOBOX = '.lookup [role=combobox]';
let creatingFor = null;

const parts = (element) => {
  const root = element.closest('.lookup');
  return { root, input: find('[role=combobox]', root), list: find('[role=listbox]', root), value: find('input[type=hidden]', root) };
};

function show({ input, list }) {
  if (!list.matches(':popover-open')) list.showPopover();
  input.setAttribute('aria-expanded', 'true');
  place(list, input, { sameWidth: true });
}

function hide({ input, list }) {
  if (list.matches(':popover-open')) list.hidePopover();
  input.setAttribute('aria-expanded', 'false');
  mark(input, list, null);
}

async function search(lookup) {
  if (await load(lookup.list, lookup.root.dataset.lookup, lookup.input.value)) {
    if (document.activeElement === lookup.input) show(lookup);
  }
}
const searchSoon = paused(search);

function set({ root, input, value }, id, label) {
  const changed = value.value !== String(id);
  value.value = id;
  input.value = label;
  root.dataset.label = label;
  const clear = find('[data-lookup-clear]', root);
  if (clear) clear.hidden = !id;
  const made = find('[data-lookup-make]', root);
  if (made) made.hidden = Boolean(id);
  const open = find('[data-lookup-open]', root);
  if (open) [open.hidden, open.href] = [!id, open.dataset.lookupOpen.replace('{id}', id)];
  if (changed) value.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Opens the form at an address in the dialog; what it makes is chosen. In a dialog there is no second one. */
function create(lookup, address) {
  if (lookup.root.closest('#dialog')) return;
  creatingFor = lookup;
  htmx.ajax('GET', address, { target: '#dialog', source: lookup.root });
}

function pick(lookup, option) {
  hide(lookup);
  if (option.dataset.create) create(lookup, option.dataset.create);
  else set(lookup, option.dataset.value, option.dataset.label ?? option.textContent.trim());
}

on('input', COMBOBOX, (input) => searchSoon(parts(input)));
on('click', COMBOBOX, (input) => {
  const lookup = parts(input);
  if (!lookup.list.matches(':popover-open')) search(lookup);
});
on('keydown', COMBOBOX, (input, event) => {
  const lookup = parts(input);
  const open = lookup.list.matches(':popover-open');
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) {
    event.preventDefault();
    if (open) step(input, lookup.list, by);
    else search(lookup);
  } else if (event.key === 'Enter' && open) {
    event.preventDefault();
    const option = current(lookup.list) ?? find('[role=option]', lookup.list);
    if (option) pick(lookup, option);
  } else if (event.key === 'Escape' && open) {
    event.preventDefault();
    event.stopPropagation();
    hide(lookup);
  }
});
// Text that was typed but not chosen does not stay: the old choice comes back, an emptied field is cleared.
on('focusout', COMBOBOX, (input, event) => {
  const lookup = parts(input);
  if (lookup.list.contains(event.relatedTarget)) return;
  hide(lookup);
  if (!input.value.trim()) set(lookup, '', '');
  else input.value = lookup.root.dataset.label ?? '';
});
// Keeps the focus in the input while an option is pressed.
on('pointerdown', '.lookup [role=option]', (_, event) => event.preventDefault());
document.addEventListener('click', (event) => {
  const option = within(event, '.lookup [role=option]');
  if (option) pick(parts(option), option);
  const clear = within(event, '[data-lookup-clear]');
  if (clear) {
    set(parts(clear), '', '');
    parts(clear).input.focus();
  }
});
on('click', '[data-lookup-make]', (button) => {
  const lookup = parts(button);
  const typed = lookup.input.value.trim();
  const address = new URL(button.dataset.lookupMake, location.href);
  if (typed) for (const name of ['name', 'title']) address.searchParams.set(name, typed);
  create(lookup, address.pathname + address.search);
});
function chosen(value, label) {
  if (!creatingFor) return;
  set(creatingFor, value, label);
  creatingFor.input.focus();
  creatingFor = null;
}
document.addEventListener('lookup:pick', ({ detail }) => chosen(detail.value, detail.label));
// A record that seems to be the same is taken in place of a new one.
on('click', '[data-lookup-take]', (button) => {
  const { lookupTake: value, label } = button.dataset;
  closeDialog();
  chosen(value, label);
});
