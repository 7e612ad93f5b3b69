// Choosing files by dropping: <label class="drop" data-max-bytes="…" data-too-large="…{name}…">.
import { fill, find, make, on } from './dom.js';
import { toast } from './toast.js';

const UNITS = ['B', 'KB', 'MB', 'GB'];

function readable(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes || 1) / 10));
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  return `${number.format(bytes / 1024 ** power)} ${UNITS[power]}`;
}

function show(drop) {
  const input = find('input[type=file]', drop);
  const limit = Number(drop.dataset.maxBytes || 0);
  const tooLarge = [...input.files].find((file) => limit && file.size > limit);
  if (tooLarge) {
    input.value = '';
    toast(fill(drop.dataset.tooLarge, { name: tooLarge.name }), { error: true });
  }
  const rows = [...input.files].map((file) =>
    make('li', {}, make('bdi', {}, file.name), ' ', make('span', { class: 'unit ltr', dir: 'ltr' }, readable(file.size))),
  );
  find('ul', drop).replaceChildren(...rows);
}

on('change', '.drop input[type=file]', (input) => show(input.closest('.drop')));
for (const type of ['dragover', 'dragleave', 'drop']) {
  on(type, '.drop', (drop, event) => {
    event.preventDefault();
    drop.classList.toggle('over', type === 'dragover');
    if (type !== 'drop') return;
    const input = find('input[type=file]', drop);
    const files = new DataTransfer();
    for (const file of [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1)) files.items.add(file);
    input.files = files.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
}
