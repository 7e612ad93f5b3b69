// A board of lanes: cards are dragged, or moved with Alt+arrows. The server is told
// (POST data-move-url with id, lane, position) and answers with the new sums as <hx-partial>s.
import Sortable from 'sortablejs';

export default function board(root, htmx) {
  const tell = (card, lane, position) =>
    htmx.ajax('POST', root.dataset.moveUrl, {
      values: { id: card.dataset.id, lane: lane.dataset.lane, position },
      swap: 'none',
      source: card,
    });
  const piles = [...root.querySelectorAll('.pile')];
  for (const pile of piles) {
    new Sortable(pile, {
      group: 'board',
      animation: 140,
      ghostClass: 'ghost',
      dragClass: 'drag',
      delay: 120,
      delayOnTouchOnly: true,
      onEnd({ item, from, to, oldIndex, newIndex }) {
        if (from !== to || oldIndex !== newIndex) tell(item, to, newIndex);
      },
    });
  }
  root.addEventListener('keydown', (event) => {
    const card = event.target.closest('.deal');
    if (!card || !event.altKey || !['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
    event.preventDefault();
    const forward = (event.key === 'ArrowLeft') === (getComputedStyle(root).direction === 'rtl');
    const next = piles[piles.indexOf(card.parentElement) + (forward ? 1 : -1)];
    if (!next) return;
    next.prepend(card);
    card.focus();
    tell(card, next, 0);
  });
}
