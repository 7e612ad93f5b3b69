import { on } from './dom.js';

// The cells of the table of rights: what is ticked is told in words, and beside “all records” nothing else has a meaning.
on('change', '[data-scopes] input', (box) => {
  const cell = box.closest('[data-scopes]');
  const boxes = [...cell.querySelectorAll('input')];
  if (box.checked) {
    for (const other of boxes) if (other !== box && (box.value === 'all' || other.value === 'all')) other.checked = false;
  }
  const words = boxes.filter((each) => each.checked).map((each) => each.nextElementSibling.textContent);
  const summary = cell.querySelector('summary');
  summary.firstElementChild.textContent = words.join('، ') || '—';
  summary.setAttribute('aria-label', `${cell.dataset.scopes}: ${words.join('، ') || '—'}`);
});
