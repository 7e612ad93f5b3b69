// A board of lanes: cards are dragged, or moved with Alt+arrows. The server is told (POST data-move-url of the card, with
// lane, swim and version) and answers with the card and the heads of the lanes as <hx-partial>s; where it refuses, the card
// goes back to where it was, with the reason in words. Cards without data-to cannot be moved; data-to names the lanes that
// one may go to. A board whose root has the data-move-url (of all cards, told id, lane and position) lets them go anywhere.
// Further cards of a lane take the place of its button, and the focus; one that stood elsewhere already is not there twice.
// What drags is fetched once a pointer comes over the board, where fingers are the pointers at once: most only read.
import { fill, find, findAll, isRtl } from './dom.js';
import { send } from './sending.js';
import { toast } from './toast.js';

export default function board(root, htmx) {
  const piles = () => findAll('.pile', root);
  const own = root.dataset.moveUrl;
  const started = new WeakSet();
  let Sortable;

  const mayGo = (card, pile) => {
    if (own) return true;
    if (card.parentElement === pile) return true;
    const swim = root.hasAttribute('data-across') || pile.dataset.swim === card.parentElement.dataset.swim;
    const lanes = (card.dataset.to ?? '').split(' ').filter(Boolean);
    return swim && 'open' in pile.dataset && (lanes.includes(pile.dataset.lane) || pile.dataset.lane === card.dataset.lane);
  };

  function tell(card, pile, back, position) {
    const values = own
      ? { id: card.dataset.id, lane: pile.dataset.lane, position }
      : { lane: pile.dataset.lane, swim: pile.dataset.swim, version: card.dataset.version, drop: 1 };
    const focused = card.contains(document.activeElement) || document.activeElement === document.body;
    send(htmx, card, own ?? card.dataset.moveUrl, values, {
      lostText: root.dataset.lost,
      arrived: () => settle(card.dataset.id, focused),
      refused: () => {
        back();
        if (focused) card.focus();
      },
    });
  }

  // The card as the server has it now: it may have come to another lane than it was dropped in.
  function settle(id, focused) {
    const card = find(`#card-${CSS.escape(id)}`, root);
    if (!card) return;
    const pile = piles().find((each) => each.dataset.lane === card.dataset.lane && each.dataset.swim === card.dataset.swim);
    if (pile && card.parentElement !== pile) pile.prepend(card);
    if (focused) card.focus();
    const said = find('[data-board-said]', root);
    if (said && pile) said.textContent = fill(root.dataset.said, { card: card.ariaLabel, lane: pile.dataset.name });
  }

  function pileUnder(event) {
    const { clientX, clientY } = event.changedTouches?.[0] ?? event;
    const lane = document.elementFromPoint(clientX, clientY)?.closest('.lane');
    return lane && find('.pile', lane);
  }

  function start() {
    for (const pile of piles()) {
      if (started.has(pile)) continue;
      started.add(pile);
      new Sortable(pile, {
        group: { name: 'board', put: (to, _from, card) => mayGo(card, to.el) },
        draggable: '.deal',
        filter: own ? undefined : '.deal:not([data-to])',
        preventOnFilter: false,
        sort: Boolean(own),
        animation: 140,
        ghostClass: 'ghost',
        dragClass: 'drag',
        delay: 120,
        delayOnTouchOnly: true,
        onStart: ({ item }) => piles().forEach((each) => each.classList.toggle('shut', !mayGo(item, each))),
        onEnd({ item, from, to, oldIndex, newIndex, originalEvent }) {
          for (const each of piles()) each.classList.remove('shut');
          if (from === to && (!own || oldIndex === newIndex)) return;
          const place = findAll(':scope > .deal', from)[oldIndex] ?? find(':scope > .more', from);
          const back = () => from.insertBefore(item, place);
          // Let go over a lane that is shut to it, the card still stands in the last one that it came through.
          if (!own && pileUnder(originalEvent) !== to) back();
          else tell(item, to, back, newIndex);
        },
      });
    }
  }

  root.addEventListener('keydown', (event) => {
    const card = event.target.closest('.deal');
    if (!card || !event.altKey || !['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
    event.preventDefault();
    if (card.classList.contains('moving')) return;
    const step = (event.key === 'ArrowLeft') === isRtl() ? 1 : -1;
    const from = card.parentElement;
    const row = piles().filter((pile) => pile.dataset.swim === from.dataset.swim);
    let place = row.indexOf(from) + step;
    while (row[place] && !mayGo(card, row[place])) place += step;
    const to = row[place];
    if (!to) {
      if (root.dataset.nowhere) toast(root.dataset.nowhere);
      return;
    }
    const next = card.nextElementSibling;
    to.prepend(card);
    card.focus();
    tell(card, to, () => from.insertBefore(card, next), 0);
  });

  root.addEventListener('click', (event) => {
    const button = event.target.closest('.pile > .more');
    if (!button) return;
    const pile = button.parentElement;
    const known = new Set(findAll(':scope > .deal', pile));
    const came = () => {
      if (button.isConnected) return;
      document.removeEventListener('htmx:after:swap', came);
      const fresh = findAll(':scope > .deal', pile).filter((card) => !known.has(card));
      for (const card of fresh) {
        for (const old of findAll(`#card-${CSS.escape(card.dataset.id)}`, root)) if (old !== card) old.remove();
      }
      if (document.activeElement === document.body) (fresh[0] ?? findAll('.deal', pile).at(-1))?.focus();
    };
    document.addEventListener('htmx:after:swap', came);
  });

  function awaken() {
    import('./dragging.js').then((loaded) => {
      Sortable = loaded.default;
      start();
      root.dataset.awake = '';
    }, () => root.addEventListener('pointerover', awaken, { once: true }));
  }

  document.addEventListener('htmx:after:swap', () => Sortable && root.isConnected && start());
  if (matchMedia('(hover: none)').matches) awaken();
  else root.addEventListener('pointerover', awaken, { once: true });
  root.dataset.ready = '';
}
