/** Numbers beside the lines of `textarea[data-lines]`, so that the line which an error names can be found. */
import { findAll } from './dom.js';

function number(field) {
  const column = document.createElement('pre');
  column.setAttribute('aria-hidden', 'true');
  const box = document.createElement('div');
  box.className = 'numbered';
  field.replaceWith(box);
  box.append(column, field);
  const count = () => {
    const lines = field.value.split('\n').length;
    column.textContent = Array.from({ length: lines }, (_, place) => place + 1).join('\n');
    column.style.blockSize = `${field.offsetHeight}px`;
    column.scrollTop = field.scrollTop;
  };
  field.addEventListener('input', count);
  field.addEventListener('scroll', count);
  new ResizeObserver(count).observe(field);
  count();
}

findAll('textarea[data-lines]').forEach(number);
