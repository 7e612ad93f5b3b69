/** Putting texts into a field: `data-insert="text" data-into="id"` on a button inserts at the cursor; without `data-into`
 * into the field of its form that had the cursor last, else into the first long one.
 * A form with `data-take-from="id"` sends what stands in that field as its `body`. `data-submit-on-change` sends its form. */
import { find, on } from './dom.js';

const LONG = 'textarea, input[dir=auto]';
let last = null;
on('focusin', LONG, (field) => {
  last = field;
});
on('click', '[data-insert]', (button) => {
  const form = button.closest('form');
  const field = button.dataset.into
    ? document.getElementById(button.dataset.into)
    : form?.contains(last)
      ? last
      : form && find('textarea', form);
  if (!field) return;
  const { selectionStart: start, selectionEnd: end } = field;
  field.setRangeText(button.dataset.insert, start ?? field.value.length, end ?? field.value.length, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
});

on(
  'submit',
  'form[data-take-from]',
  (form) => {
    find('[name=body]', form).value = document.getElementById(form.dataset.takeFrom)?.value ?? '';
  },
  { capture: true },
);

on('change', 'select[data-submit-on-change]', (select) => select.form.requestSubmit());
