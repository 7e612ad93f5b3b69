// Fields and sections that apply only while another field has certain values (data-when): shown then, else hidden and
// not sent. The server decides in the end, by the same rule.
//   <div class="field" data-when="kind" data-when-values='["phone","fax"]' data-when-prefix="contacts-0-">
import { find, findAll } from './dom.js';

function valuesOf(form, name) {
  const named = findAll(`[name="${CSS.escape(name)}"]`, form).filter((field) => !field.closest('template'));
  if (!named.length) return null;
  return named
    .filter((field) => !['checkbox', 'radio'].includes(field.type) || field.checked)
    .map((field) => (field.type === 'checkbox' && field.value === 'y' ? '1' : field.value));
}

function apply(form) {
  for (const part of findAll('[data-when]', form)) {
    const held = valuesOf(form, part.dataset.when);
    const wanted = JSON.parse(part.dataset.whenValues);
    if (!held) continue;
    const applies = held.length ? held.some((value) => wanted.includes(value)) : wanted.includes('');
    part.hidden = !applies;
    for (const field of findAll('input,select,textarea', part)) field.disabled = !applies;
  }
}

const forms = () => findAll('form').filter((form) => find('[data-when]', form));
forms().forEach(apply);
document.addEventListener('change', ({ target }) => {
  const form = target.closest?.('form');
  if (form && find('[data-when]', form)) apply(form);
});
document.addEventListener('htmx:after:swap', () => forms().forEach(apply));
