// What was entered in a long form is kept in this browser until it is saved, and comes back after signing in again.
//   <form data-draft="person:12">  under <body data-user="7">
// Kept per user and form. Gone when the form was saved, when its user signs out, when somebody else signs in, and after
// some days. Passwords, files and what stands in [data-unkept] (sensitive facts) are never kept.
import { fill, find, findAll, make, on, text } from './dom.js';
import { isDirty } from './forms.js';
import { paused } from './listbox.js';
import { addRow } from './repeats.js';

const PREFIX = 'draft:';
const DAYS = 3;
const OWN = new Set(['csrf_token', '_once', '_anyway']);
const { user } = document.body.dataset;
const form = find('form[data-draft]');
let signedOut = false;
const mine = (key) => key.startsWith(`${PREFIX}${user}:`);
const keyOf = (kept) => `${PREFIX}${user}:${kept.dataset.draft}`;

const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
};
function write(key, draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // No room, or none allowed: the form works without.
  }
}

/** Whether what stands in the form of this page is kept. */
export const isKept = () => Boolean(form && user && read(keyOf(form)));

const controls = (root) =>
  findAll('input,select,textarea', root).filter(
    (field) => field.name && !OWN.has(field.name) && !['password', 'file'].includes(field.type) && !field.closest('[data-unkept]'),
  );

function keep(sent = false) {
  const values = controls(form)
    .filter((field) => !['checkbox', 'radio'].includes(field.type) || field.checked)
    .map((field) => [field.name, field.value, field.closest('.lookup')?.dataset.label ?? '']);
  write(keyOf(form), { at: Date.now(), sent, values });
}

function put(field, entered) {
  if (['checkbox', 'radio'].includes(field.type)) field.checked = entered.some(([, value]) => value === field.value);
  else if (entered.length) {
    const [, value, label] = entered[0];
    field.value = value;
    const lookup = field.closest('.lookup');
    if (!lookup) return;
    lookup.dataset.label = label;
    find('[role=combobox]', lookup).value = label;
    const clear = find('[data-lookup-clear]', lookup);
    if (clear) clear.hidden = !value;
    const made = find('[data-lookup-make]', lookup);
    if (made) made.hidden = Boolean(value);
    const open = find('[data-lookup-open]', lookup);
    if (open) [open.hidden, open.href] = [!value, open.dataset.lookupOpen.replace('{id}', value)];
  }
}

function restore({ values }) {
  const names = new Set(values.map(([name]) => name));
  for (const repeat of findAll('[data-repeat]', form)) {
    const blank = find('[name]', find('template', repeat).content)?.name ?? '';
    const [part] = blank.split('__index__');
    const numbers = (list) => new Set(list.filter((name) => name.startsWith(part)).map((name) => name.slice(part.length).split('-')[0]));
    const wanted = numbers([...names]);
    for (const row of findAll('.repeat-row', repeat)) {
      const [number] = numbers(findAll('[name]', row).map((field) => field.name));
      if (number && !row.closest('[data-unkept]') && !wanted.delete(number)) row.remove();
    }
    for (const number of wanted) if (/^\d+$/.test(number)) addRow(repeat, Number(number));
    if (wanted.size) repeat.closest('details')?.setAttribute('open', '');
  }
  const byName = Map.groupBy(values, ([name]) => name);
  for (const field of controls(form)) put(field, byName.get(field.name) ?? []);
  form.dispatchEvent(new Event('change', { bubbles: true }));
}

function notice(draft, restored) {
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' }).format(draft.at);
  const said = fill(text(restored ? 'draftBack' : 'draftFound'), { when });
  const buttons = make('span', { class: 'row' });
  const box = make('div', { class: 'notice warn', role: 'status' }, make('span', {}, said), buttons);
  const button = (words, act) => {
    const made = make('button', { type: 'button', class: 'btn sm' }, words);
    made.addEventListener('click', act);
    buttons.append(made);
  };
  if (!restored) {
    button(text('draftTake'), () => {
      restore(draft);
      box.remove();
    });
  }
  button(text('draftDrop'), () => {
    localStorage.removeItem(keyOf(form));
    if (!restored) return box.remove();
    form.removeAttribute('data-dirty');
    location.reload();
  });
  form.prepend(box);
}

function begin() {
  const oldest = Date.now() - DAYS * 86_400_000;
  for (const key of keys()) {
    const draft = read(key);
    if (!draft || draft.at < oldest || !mine(key)) localStorage.removeItem(key);
    // What was sent from another page, and led to this one, is saved.
    else if (draft.sent && (!form || key !== keyOf(form) || !('refused' in form.dataset))) localStorage.removeItem(key);
  }
  if (!form) return;
  const draft = read(keyOf(form));
  if (draft && !('refused' in form.dataset)) {
    if (draft.ended) restore(draft);
    notice(draft, draft.ended);
  }
  if ('refused' in form.dataset) keep();
  const soon = paused(() => keep(), 400);
  for (const type of ['input', 'change']) form.addEventListener(type, () => isDirty() && soon());
  form.addEventListener('submit', () => keep(true));
  // Who presses "Cancel" and leaves wants nothing of it back; whoever goes on typing has thought better of it.
  let cancelled = false;
  on('click', '.form-foot a', () => (cancelled = true));
  form.addEventListener('input', () => (cancelled = false));
  addEventListener('pagehide', () => {
    if (cancelled) localStorage.removeItem(keyOf(form));
    else if (!signedOut && isDirty()) keep();
  });
}

/** The session is over: what was entered comes back by itself when its user is here again. */
function end() {
  for (const key of keys()) {
    const draft = read(key);
    if (draft) write(key, { ...draft, sent: false, ended: true });
  }
}

try {
  if (user) begin();
  else if (find('form [name=password]')) end();
} catch {
  // A browser that keeps nothing.
}
on('submit', 'form[data-sign-out]', () => {
  signedOut = true;
  keys().forEach((key) => localStorage.removeItem(key));
});
