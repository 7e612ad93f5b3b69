// The grid of grades by keyboard: arrows and Enter go from cell to cell; letters of absence and excuse are spelled out by the page.
(() => {
  const grid = document.querySelector('[data-grid]');
  if (!grid) return;
  const rows = () => [...grid.tBodies[0].rows].map((row) => [...row.querySelectorAll('input.input')]);
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0] };
  grid.addEventListener('keydown', (event) => {
    const cell = event.target;
    if (!cell.matches?.('input.input') || event.ctrlKey || event.altKey || event.metaKey) return;
    const turned = getComputedStyle(grid).direction === 'rtl' ? -1 : 1;
    const moves = { ...step, ArrowLeft: [0, -turned], ArrowRight: [0, turned] };
    const move = moves[event.key];
    if (!move) return;
    const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    if (move[1] && cell.value && !whole) return;
    const all = rows();
    const at = all.findIndex((row) => row.includes(cell));
    const next = all[at + move[0]]?.[all[at].indexOf(cell) + move[1]];
    event.preventDefault();
    if (next) next.focus();
  });
  // A block that was copied from a sheet goes into the cells from this one on: lines down, tabs across as the sheet has them.
  grid.addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!event.target.matches?.('input.input') || !/[\t\n]/.test(text.replace(/[\r\n]+$/, ''))) return;
    event.preventDefault();
    const all = rows();
    const at = all.findIndex((row) => row.includes(event.target));
    const from = all[at].indexOf(event.target);
    text.replace(/[\r\n]+$/, '').split(/\r\n|\r|\n/).forEach((line, down) => {
      line.split('\t').forEach((value, across) => {
        const cell = all[at + down]?.[from + across];
        if (!cell || cell.disabled || cell.readOnly) return;
        cell.value = value.trim();
        cell.dispatchEvent(new Event('input', { bubbles: true }));
        cell.dispatchEvent(new Event('change', { bubbles: true }));
      });
    });
  });
  grid.addEventListener('focusin', (event) => {
    if (event.target.matches('input.input')) event.target.select();
  });
})();
