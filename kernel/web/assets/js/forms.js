// Unsaved changes (form[data-dirty]), where the focus begins, and forms that are sent once.
import { asciiDigits, find, findAll, on, text } from './dom.js';
import { addRow } from './repeats.js';

// A refused form came back as a page: what was typed is still unsaved.
const dirty = new WeakSet(findAll('form[data-dirty][data-refused]'));

/** Whether `root` holds a form with unsaved changes. */
export const isDirty = (root = document) => findAll('form[data-dirty]', root).some((form) => dirty.has(form));

/** Treats the forms of `root` as saved. */
export const forget = (root = document) => findAll('form[data-dirty]', root).forEach((form) => dirty.delete(form));

on('input', 'form[data-dirty]', (form) => dirty.add(form));
on('change', 'form[data-dirty]', (form) => dirty.add(form));
on('submit', 'form[data-dirty]', (form) => dirty.delete(form));
// The list has asked for each letter already; leaving the search box must not ask once more.
on('change', '[data-search]', (_, event) => event.stopPropagation(), true);
// A refused form came back by htmx: what the user typed is still unsaved.
document.addEventListener('htmx:after:swap', ({ detail }) => {
  if (detail.ctx.response?.status !== 422) return;
  const form = find('form[data-dirty]', detail.ctx.target ?? document);
  if (form) dirty.add(form);
});
addEventListener('beforeunload', (event) => {
  if (isDirty()) event.preventDefault();
});

// --- a refused form came back as a page: the first wrong field asks for correction
const wrong = find('.notice.bad[role=alert]') && find('main [aria-invalid=true]');
wrong?.focus();

// --- a link of the summary leads into its field, also where that stands in a folded part
on('click', '.notice.bad[role=alert] a[href^="#"]', (link, event) => {
  const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  for (let part = field.closest('details'); part; part = part.parentElement.closest('details')) part.open = true;
  field.focus();
});

// --- something new is begun: its form (data-focus, with an id or the first field) takes what is typed, and stays in place
const begun = find('form[data-focus]');
if (begun && !wrong && document.activeElement === document.body) {
  const { focus: id } = begun.dataset;
  const field = id ? document.getElementById(id) : find('input:not([type=hidden],[type=file]),select,textarea', begun);
  field?.focus({ preventScroll: true });
}

// --- a form that is on its way is not sent twice; a download leaves the page standing, so the lock is lifted again
const LOCKED_FOR = 3000;
const sending = new WeakSet();
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute('method') !== 'post' || form.hasAttribute('hx-post')) return;
  if (sending.has(form)) event.preventDefault();
  sending.add(form);
  setTimeout(() => sending.delete(form), LOCKED_FOR);
});

// An address may aim at a part of a form (#consents): it is open then, with a row to fill in, and nothing to be lost yet.
const aimed = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
if (aimed && aimed.matches('details.fold')) {
  aimed.open = true;
  const repeat = find('[data-repeat]', aimed);
  if (repeat) addRow(repeat);
  dirty.delete(aimed.closest('form'));
  aimed.scrollIntoView();
}

// --- card readers type a track and Enter: the number stays, and the focus goes on; the form is not sent half filled
on('keydown', 'input[data-scan]', (field, event) => {
  if (event.key !== 'Enter' || event.isComposing || field.closest('.edit-form')) return;
  event.preventDefault();
  const track = /^\s*[%٪]?[;؛ک]?[Bb]?\s*(\d{3,})\s*(?:[=^×÷?؟].*)?$/s.exec(asciiDigits(field.value));
  if (track) field.value = track[1];
  field.dispatchEvent(new Event('change', { bubbles: true }));
  const all = findAll('input:not([type=hidden]),select,textarea', field.form).filter((other) => other.offsetParent);
  all[all.indexOf(field) + 1]?.focus();
});

// --- composer and other forms sent by Ctrl+Enter ---------------------------------------------------------
on('keydown', 'textarea', (area, event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    area.form?.requestSubmit();
  }
});

// --- edit in place: Esc presses the form's own cancel button ------------------------------------------------
on('keydown', '.edit-form', (form, event) => {
  if (event.key !== 'Escape' || event.defaultPrevented) return;
  event.stopPropagation();
  find('[data-cancel]', form)?.click();
});

// --- a native "too short" message would count Persian digits rightly but not match [0-9] patterns ----------
on('invalid', 'input[data-digits]', (input) => input.setCustomValidity(''), true);
on('input', 'input[data-digits]', (input) => {
  const length = Number(input.dataset.digits);
  const digits = asciiDigits(input.value).replace(/\D/g, '');
  const wrong = input.value && digits.length > length;
  input.setCustomValidity(wrong ? text('tooManyDigits', { n: length }) : '');
});
